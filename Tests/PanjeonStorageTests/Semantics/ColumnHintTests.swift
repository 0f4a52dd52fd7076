// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Columns to read from")
struct ColumnHintTests {
  private func qualifier(_ number: Int) -> Bytes {
    // With zero bytes, which are escaped in keys.
    Bytes([0, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), 0, UInt8(number & 255)])
  }

  private func withRow(
    _ columns: Int, flushedAt: Set<Int>, _ body: (EmbeddedStore) async throws -> Void
  ) async throws {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    configuration.blockBytes = 1024
    let store = try await EmbeddedStore.open(at: "/hints", configuration: configuration)
    try await store.createTable(
      TableSchema(name: "t", families: [ColumnFamily("a"), ColumnFamily("b"), ColumnFamily("c")]))
    for start in stride(from: 0, to: columns, by: 500) {
      if flushedAt.contains(start) { try await store.flush() }
      var put = Put("row")
      for number in start..<min(start + 500, columns) {
        for family in ["a", "b", "c"] {
          put.add(family: family, qualifier: qualifier(number), value: "value")
        }
      }
      try await store.put(put, in: "t", durability: .memory)
      var other = Put(Bytes(utf8: "row\(start)"))
      other.add(family: "b", qualifier: "q", value: "v")
      try await store.put(other, in: "t", durability: .memory)
    }
    try await body(store)
    try await store.close()
  }

  @Test(
    "The column lies before the one asked for, in its family, and not far too near or too far",
    arguments: [[], [5000], [500, 1000, 4000, 9500]] as [Set<Int>])
  func distance(flushedAt: Set<Int>) async throws {
    try await withRow(10_000, flushedAt: flushedAt) { store in
      var distances: [Int] = []
      for target in stride(from: 300, to: 10_000, by: 97) {
        let asked = Column(family: "b", qualifier: qualifier(target))
        guard let hint = store.columnToReadFrom(20, before: asked, in: "row", of: "t") else {
          continue
        }
        #expect(hint.family == "b")
        #expect(hint.qualifier < asked.qualifier)
        distances.append((0..<target).count { qualifier($0) >= hint.qualifier })
      }
      // Rows in one piece alone answer nearly always; where a flush has cut the row the older part answers.
      #expect(distances.count > 90)
      let mean = distances.reduce(0, +) / max(distances.count, 1)
      #expect((5...400).contains(mean), "\(mean)")
    }
  }

  @Test(
    "There is no column where there are not so many, no such row, table or family, and in a closed store"
  )
  func none() async throws {
    try await withRow(100, flushedAt: []) { store in
      let column = Column(family: "b", qualifier: qualifier(0))
      #expect(store.columnToReadFrom(5, before: column, in: "row", of: "t") == nil)
      let last = Column(family: "b", qualifier: qualifier(99))
      #expect(store.columnToReadFrom(5, before: last, in: "none", of: "t") == nil)
      #expect(store.columnToReadFrom(5, before: last, in: "row", of: "none") == nil)
      let stranger = Column(family: "x", qualifier: "q")
      #expect(store.columnToReadFrom(5, before: stranger, in: "row", of: "t") == nil)
      #expect(store.columnToReadFrom(100_000, before: last, in: "row", of: "t") == nil)
      #expect(store.columnToReadFrom(0, before: last, in: "row", of: "t") == nil)
      try await store.flush()
      #expect(store.columnToReadFrom(5, before: last, in: "row", of: "t")?.family == "b")
    }
  }
}
