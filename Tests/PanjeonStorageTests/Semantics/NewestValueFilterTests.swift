// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Filters that look at a column's newest value, where that is older than all that they let pass.
@Suite("Filters of a column's newest value")
struct NewestValueFilterTests {
  private static let state = Column(family: "data", qualifier: "state")

  /// Rows whose state is old and whose number is new, in SSTables of their own.
  private func open(tableFiles: Bool) async throws -> EmbeddedStore {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    for (row, value) in [("a", "open"), ("b", "closed"), ("d", "open")] as [(RowKey, Bytes)] {
      try await put(store, row, Self.state, value, at: 10)
    }
    if tableFiles { try await store.flush() }
    for row in ["a", "b", "c"] as [RowKey] {
      try await put(store, row, Column(family: "data", qualifier: "number"), "1", at: 200)
    }
    if tableFiles { try await store.flush() }
    return store
  }

  private func put(
    _ store: EmbeddedStore, _ row: RowKey, _ column: Column, _ value: Bytes, at time: Int64
  ) async throws {
    try await store.mutate(
      RowMutations(row, [.put(column, timestamp: Timestamp(microseconds: time), value: value)]),
      in: "t", durability: .memory)
  }

  @Test("A column's newest value is found however old it is", arguments: [false, true])
  func olderThanWhatPasses(tableFiles: Bool) async throws {
    let store = try await open(tableFiles: tableFiles)
    let files = try store.catalog.table("t").regions[0].view.groups[0].upper
    #expect(files.count == (tableFiles ? 2 : 0))
    let recent = Filter.time(from: Timestamp(microseconds: 100), to: nil)
    let isOpen = Filter.column(Self.state, .bytes(.equal, "open"))
    let isNotOpen = Filter.column(Self.state, .bytes(.notEqual, "open"), ifAbsent: true)
    let expected: [(filter: Filter, rows: [RowKey])] = [
      (.all([recent, isOpen]), ["a"]), (.all([recent, isNotOpen]), ["b", "c"]),
      (.all([recent, .not(isOpen)]), ["b", "c"]),
      (.all([recent, .any([isOpen, isNotOpen])]), ["a", "b", "c"]),
    ]
    for (filter, rows) in expected {
      for isReversed in [false, true] {
        var scan = Scan(filter: filter)
        scan.isReversed = isReversed
        let found = try await TestStore.rows(store.scan(scan, in: "t")).map(\.row)
        #expect(found == (isReversed ? rows.reversed() : rows), "\(filter)")
      }
      for row in ["a", "b", "c", "d"] as [RowKey] {
        let found = try await store.get(Get(row, filter: filter), in: "t")
        #expect((found != nil) == rows.contains(row), "\(row), \(filter)")
      }
    }
    try await store.close()
  }
}
