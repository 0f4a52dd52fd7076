// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Plain rows")
struct PlainRowTests {
  private func put(_ value: Bytes, in column: Bytes, _ store: EmbeddedStore) async throws {
    try await store.mutate(
      RowMutations(
        TestStore.row(1),
        [.put(Column(family: "data", qualifier: column), timestamp: nil, value: value)]),
      in: "t")
  }

  private func cells(_ row: RowResult?) -> [Bytes] {
    (row.map(Array.init) ?? []).flatMap { [$0.column.qualifier, $0.value] }
  }

  @Test(
    "Of a column that was written again and again only the newest value is read, whatever it lies in"
  )
  func versions() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    for round in 1...4 {
      for number in 1...3 {
        try await put(Bytes(utf8: "a\(round).\(number)"), in: "a", store)
        try await put(Bytes(utf8: "b\(round).\(number)"), in: "b", store)
      }
      let old = try store.snapshot(.visible)
      try await put("late", in: "c", store)
      let expected: [Bytes] = [
        "a", Bytes(utf8: "a\(round).3"), "b", Bytes(utf8: "b\(round).3"), "c", "late",
      ]
      #expect(cells(try await store.get(Get(TestStore.row(1)), in: "t")) == expected)
      let seen = cells(try await store.get(Get(TestStore.row(1)), in: "t", at: old))
      #expect(seen == (round == 1 ? Array(expected.dropLast(2)) : expected))
      let scanned = try await TestStore.rows(store.scan(Scan(), in: "t"))
      #expect(scanned.map { cells($0) } == [expected])
      // Into an SSTable, beside the earlier ones.
      if round < 4 { try await store.flush() }
    }
    try await store.close()
  }

  @Test(
    "Qualifiers of all lengths, with zeros in them and ends alike, are read as they were written")
  func qualifiers() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    var qualifiers: [Bytes] = [Bytes(), "xa", "ya", "za"]
    for length in 1...20 {
      qualifiers.append(Bytes([UInt8](repeating: 0xFF, count: length)))
      for zero in 0..<length {
        var bytes = [UInt8](repeating: 7, count: length)
        bytes[zero] = 0
        qualifiers.append(Bytes(bytes))
      }
    }
    qualifiers.sort()
    for part in stride(from: 0, to: qualifiers.count, by: 50) {
      let row = TestStore.row(part)
      let some = qualifiers[part..<min(part + 50, qualifiers.count)]
      let mutations = some.map {
        Mutation.put(Column(family: "data", qualifier: $0), timestamp: nil, value: $0)
      }
      try await store.mutate(RowMutations(row, mutations), in: "t", durability: .memory)
    }
    for _ in 0..<2 {
      var found: [Bytes] = []
      for part in stride(from: 0, to: qualifiers.count, by: 50) {
        let row = try await store.get(Get(TestStore.row(part)), in: "t")
        found += cells(row)
      }
      #expect(found == qualifiers.flatMap { [$0, $0] })
      let scanned = try await TestStore.rows(store.scan(Scan(), in: "t"))
      #expect(scanned.flatMap { cells($0) }.sorted() == found.sorted())
      try await store.compact(table: "t")
    }
    try await store.close()
  }
}
