// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Filters of rows and columns")
struct RowColumnFilterTests {
  private func open(_ filter: LocalityGroup.BloomFilter) async throws -> EmbeddedStore {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(
      TableSchema(
        name: "t", families: [ColumnFamily("f")],
        localityGroups: [LocalityGroup("default", bloomFilter: filter)]))
    // Three runs, each with other columns of the same rows.
    for run in 0..<3 {
      for number in 0..<50 {
        var put = Put(TestStore.row(number))
        put.add(family: "f", qualifier: Bytes(utf8: "q\(run)"), value: Bytes(utf8: "\(run)"))
        try await store.put(put, in: "t", durability: .memory)
      }
      if run == 2 {
        var delete = Delete(TestStore.row(7))
        delete.add(family: "f")
        try await store.delete(delete, in: "t", durability: .memory)
      }
      try await store.flush()
    }
    return store
  }

  private func get(_ number: Int, _ qualifier: Bytes) -> Get {
    var columns = ColumnSelection()
    columns.add(family: "f", qualifier: qualifier)
    return Get(TestStore.row(number), columns: columns)
  }

  private func sources(_ store: EmbeddedStore, _ get: Get) throws -> Int {
    let table = try store.catalog.table("t")
    let probe = RowProbe(row: get.row).asking(
      for: try ReadPlan(get, layout: table.layout), group: 0, table.bloomFilter(ofGroup: 0))
    var tally = FilterTally()
    return RowSource.cursors(
      table.regions[0].view.groups[0], probe, mode: .mayBlock, &tally
    ).count
  }

  @Test("Reads of a column ask only the SSTables that have it, or a delete of its family")
  func columns() async throws {
    let store = try await open(.rowAndColumn)
    var asked = 0
    for number in 0..<50 where number != 7 { asked += try sources(store, get(number, "q0")) }
    // A false answer now and then.
    #expect(asked >= 49 && asked < 60)
    #expect(try sources(store, get(7, "q0")) >= 2)
    #expect(try await store.get(get(7, "q0"), in: "t") == nil)
    for number in 0..<50 where number != 7 {
      for run in 0..<3 {
        let row = try await store.get(get(number, Bytes(utf8: "q\(run)")), in: "t")
        #expect(row?.first?.value == Bytes(utf8: "\(run)"))
      }
    }
    // Whole rows, and ranges of columns, need all of them.
    #expect(try sources(store, Get(TestStore.row(1))) == 3)
    try await store.close()
  }

  @Test(
    "Filters of rows alone, and none, ask all that may have the row",
    arguments: [
      LocalityGroup.BloomFilter.row, .none,
    ])
  func rows(filter: LocalityGroup.BloomFilter) async throws {
    let store = try await open(filter)
    #expect(try sources(store, get(1, "q0")) == 3)
    #expect(try sources(store, get(99, "q0")) <= (filter == .row ? 2 : 3))
    #expect(try await store.get(get(7, "q1"), in: "t") == nil)
    #expect(try await store.get(get(8, "q1"), in: "t")?.count == 1)
    try await store.close()
  }
}
