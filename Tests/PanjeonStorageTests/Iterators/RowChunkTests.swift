// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Rows that are read together", .timeLimit(.minutes(15)))
struct RowChunkTests {
  /// Rows of all kinds: plain ones, some of many versions, some with deletes, some too large for a chunk.
  private struct Scene {
    static let rowCount = 300
    let store: EmbeddedStore
    var random: SplitMix64

    init(seed: UInt64) async throws {
      random = SplitMix64(seed: seed)
      store = try await TestStore.open(InMemoryFileSystem())
      try await store.createTable(TestStore.schema)
    }

    mutating func change() async throws {
      let row = TestStore.row(random.below(Self.rowCount))
      let column = Column(
        family: random.chance(0.8) ? "data" : "other",
        qualifier: Bytes([UInt8(random.below(5)), 0, UInt8(random.below(2))]))
      var mutations: [Mutation] = []
      switch random.below(40) {
      case 0: mutations = [.deleteRow(upTo: nil)]
      case 1: mutations = [.deleteColumn(column, upTo: nil)]
      case 2:
        mutations = [
          .put(column, timestamp: nil, value: Bytes([UInt8](repeating: 1, count: 40_000)))
        ]
      case 3:
        mutations = (0..<90).map {
          .put(
            Column(family: "data", qualifier: Bytes([9, UInt8($0)])), timestamp: nil, value: "many")
        }
      default:
        let value = Bytes([UInt8](repeating: 2, count: random.below(300)))
        mutations = [.put(column, timestamp: nil, value: value)]
      }
      try await store.mutate(RowMutations(row, mutations), in: "t", durability: .memory)
      switch random.below(200) {
      case 0: try await store.flush()
      case 1: try await store.compact(table: "t")
      case 2:
        let rows = (0..<Self.rowCount).map(TestStore.row)
        try await TestStore.reshape(store, "t", rows: rows, &random)
      default: break
      }
    }
  }

  @Test(
    "A scan finds what single reads find, each row once and in order",
    arguments: [1, 2, 3, 4] as [UInt64])
  func scansAsGets(seed: UInt64) async throws {
    var scene = try await Scene(seed: seed)
    for _ in 0..<1500 { try await scene.change() }
    let snapshot = try scene.store.snapshot(.visible)
    for _ in 0..<300 { try await scene.change() }
    var expected: [RowResult] = []
    for number in 0..<Scene.rowCount {
      let row = try await scene.store.get(Get(TestStore.row(number)), in: "t", at: snapshot)
      if let row { expected.append(row) }
    }
    expected.sort { $0.row < $1.row }
    for _ in 0..<40 {
      let bounds = (0..<2).map { _ in TestStore.row(scene.random.below(Scene.rowCount)) }.sorted()
      let limit = scene.random.chance(0.5) ? 1 + scene.random.below(120) : nil
      let rows = scene.random.chance(0.3) ? .all : KeyRange(from: bounds[0], to: bounds[1])
      let found = try await TestStore.rows(
        scene.store.scan(Scan(rows, rowsMax: limit), in: "t", at: snapshot))
      let wanted = expected.filter { rows.contains($0.row) }.prefix(limit ?? .max)
      #expect(found == Array(wanted), "seed \(seed), \(rows), at most \(limit ?? -1)")
    }
    try await scene.store.close()
  }

  @Test("Plain rows share their memory, a few at first and then more; others stand alone")
  func sharing() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    for number in 100..<200 {
      try await store.put(put(number, bytes: 50), in: "t", durability: .memory)
    }
    try await store.put(put(150, bytes: 40_000), in: "t", durability: .memory)
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.map(\.row) == (100..<200).map(TestStore.row))
    #expect(Array(Self.firstsOfChunks(rows).prefix(4)) == [0, 4, 12, 28])
    #expect(rows[50].value(family: "data", qualifier: "a")?.count == 40_000)
    #expect(rows.allSatisfy { $0.buffer.bytes.count <= 32 << 10 || $0.row == TestStore.row(150) })
    #expect(store.metrics.reads.scannedRows == 100)
    let limited = try await TestStore.rows(store.scan(Scan(rowsMax: 20), in: "t"))
    #expect(limited == Array(rows.prefix(20)))
    #expect(Self.firstsOfChunks(limited) == [0], "asked for, so they are all read at once")
    try await store.close()
  }

  @Test("A few rows keep no more memory than a few rows need, whatever was asked for")
  func memory() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    var wide = Put(TestStore.row(100))
    for number in 0..<60 {
      wide.add(family: "data", qualifier: Bytes([UInt8(number)]), value: "a value")
    }
    try await store.put(wide, in: "t", durability: .memory)
    for number in 101..<200 {
      try await store.put(put(number, bytes: 50), in: "t", durability: .memory)
    }
    for compacted in [false, true] {
      if compacted { try await store.compact(table: "t") }
      let few = KeyRange(from: TestStore.row(150), to: TestStore.row(152))
      let found = try await TestStore.rows(store.scan(Scan(few, rowsMax: 100), in: "t"))
      #expect(found.count == 2)
      #expect(found.allSatisfy { $0.buffer.memoryBytes < 1 << 10 })
      let all = try await TestStore.rows(store.scan(Scan(rowsMax: 100), in: "t"))
      #expect(all.count == 100 && all[0].count == 60)
      #expect(all.allSatisfy { $0.buffer.memoryBytes < 64 << 10 })
      let none = KeyRange(from: TestStore.row(300), to: TestStore.row(400))
      #expect(try await TestStore.rows(store.scan(Scan(none, rowsMax: 100), in: "t")).isEmpty)
    }
    try await store.close()
  }

  /// Which rows are the first of those that share their memory.
  private static func firstsOfChunks(_ rows: [RowResult]) -> [Int] {
    rows.indices.filter { $0 == 0 || !rows[$0].buffer.isIdentical(to: rows[$0 - 1].buffer) }
  }

  private func put(_ number: Int, bytes: Int) -> Put {
    var put = Put(TestStore.row(number))
    put.add(family: "data", qualifier: "a", value: Bytes([UInt8](repeating: 3, count: bytes)))
    return put
  }

  @Test("What was read before a damaged block is returned before the damage is told of")
  func damage() async throws {
    let files = InMemoryFileSystem()
    var store = try await TestStore.open(files)
    try await store.createTable(TestStore.schema)
    var random = SplitMix64(seed: 5)
    for number in 100..<160 {
      // Bytes that cannot be compressed, so that most of the file is blocks.
      var put = Put(TestStore.row(number))
      let value = Bytes((0..<400).map { _ in UInt8(random.below(256)) })
      put.add(family: "data", qualifier: "a", value: value)
      try await store.put(put, in: "t", durability: .memory)
    }
    try await store.compact(table: "t")
    try await store.close()
    let names = try files.list("/store").filter { $0.hasSuffix(".sst") }.map { "/store/" + $0 }
    let path = try #require(
      names.max { files.contents(of: $0)!.count < files.contents(of: $1)!.count })
    files.flipBit(files.contents(of: path)!.count * 4, of: path)
    store = try await TestStore.open(files)
    var cursor = try await store.scan(Scan(), in: "t")
    var found: [Bytes] = []
    let error = await #expect(throws: StoreError.self) {
      while let row = try await cursor.next() { found.append(row.row) }
    }
    #expect(error?.code == .corruption)
    #expect(found.count > 10 && found.count < 60)
    #expect(found == (100..<160).prefix(found.count).map(TestStore.row))
    try? await store.close()
  }
}
