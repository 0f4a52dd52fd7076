// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Sources of a range of rows", .timeLimit(.minutes(15)))
struct RowSourceTests {
  private static let rowCount = 60

  private static func row(_ number: Int) -> Bytes {
    Bytes(utf8: number < 10 ? "row 0\(number)" : "row \(number)")
  }

  /// A store whose bottom level has many tables, and nothing lies above it.
  private func openInTables() async throws -> EmbeddedStore {
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.tableFileBytesMax = 4 << 10
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    var random = SplitMix64(seed: 7)
    for number in 0..<Self.rowCount {
      var put = Put(Self.row(number))
      // Not to be compressed.
      let value = Bytes((0..<700).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      put.add(
        family: "data", qualifier: "q", value: value,
        timestamp: Timestamp(microseconds: Int64(1000 + number)))
      try await store.put(put, in: "t", durability: .memory)
    }
    try await store.flush()
    try await store.compact(table: "t")
    return store
  }

  @Test("Whatever range is read, it is read from its tables of the bottom level, and no others")
  func ranges() async throws {
    let store = try await openInTables()
    let group = try store.catalog.table("t").regions[0].view.groups[0]
    #expect(group.bottom.count > 5 && group.upper.isEmpty)
    for start in stride(from: 0, through: Self.rowCount, by: 3) {
      for stop in start...Self.rowCount {
        let rows = KeyRange(from: Self.row(start), to: Self.row(stop))
        let found = try await TestStore.rows(store.scan(Scan(rows), in: "t")).map(\.row)
        #expect(found == (start..<stop).map(Self.row))
      }
      let rows = KeyRange(from: Self.row(start), to: nil)
      let found = try await TestStore.rows(store.scan(Scan(rows), in: "t")).map(\.row)
      #expect(found == (start..<Self.rowCount).map(Self.row))
    }
    for (place, table) in group.bottom.enumerated() {
      // Up to behind its last row, and up to the first of the next table.
      let following = place + 1 < group.bottom.count ? group.bottom[place + 1].rows.start : nil
      for stop in [table.rows.stop, following] {
        let within = KeyRange(from: table.rows.start, to: stop)
        let only = RowSource.cursors(group, rows: within, mode: .mayBlock)
        #expect(only.count == 1 && only.first is TableCursor)
      }
      let none = KeyRange(from: table.rows.start, to: table.rows.start)
      #expect(RowSource.cursors(group, rows: none, mode: .mayBlock).isEmpty)
    }
    let behind = KeyRange(from: "zzz", to: nil)
    #expect(RowSource.cursors(group, rows: behind, mode: .mayBlock).isEmpty)
    let before = KeyRange(from: "", to: "row 00")
    #expect(RowSource.cursors(group, rows: before, mode: .mayBlock).isEmpty)
    try await store.close()
  }

  @Test("Tables of the bottom level in which everything is too old are not read")
  func ages() async throws {
    let store = try await openInTables()
    let group = try store.catalog.table("t").regions[0].view.groups[0]
    let last = try #require(group.bottom.last)
    let young = RowSource.cursors(
      group, rows: .all, mode: .mayBlock, leastTimestamp: last.properties.maxTimestamp)
    #expect(young.count == 1 && young[0] is TableCursor)
    let none = RowSource.cursors(group, rows: .all, mode: .mayBlock, leastTimestamp: 5000)
    #expect(none.isEmpty)
    try await store.close()
  }
}
