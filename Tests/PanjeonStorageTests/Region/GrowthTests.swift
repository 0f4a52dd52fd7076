// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

#if canImport(Glibc)
  import Glibc
#endif

/// A table that grows by automatic splits, by default a small one.
///
/// `PANJEON_GROWTH_ROWS=10000000 swift test -c release --filter GrowthTests` grows it on the real disk.
@Suite("Growth")
struct GrowthTests {
  private static let column = Column(family: "data", qualifier: "q")
  private static let rowsInMemoryMax = 1_000_000

  private static var rowCount: Int {
    getenv("PANJEON_GROWTH_ROWS").flatMap { Int(String(cString: $0)) } ?? 20_000
  }

  private static func row(_ number: Int) -> Bytes { Bytes(utf8: "row \(1_000_000_000 + number)") }

  /// A number that goes round all rows: 2654435761 is prime.
  private static func shuffled(_ number: Int, of count: Int) -> Int {
    number * 2_654_435_761 % count
  }

  @Test(
    "A table grown by automatic splits reads and scans as one, before and after it is opened again")
  func growth() async throws {
    let count = Self.rowCount
    var configuration = StoreConfiguration()
    var path = "/growth"
    if count <= Self.rowsInMemoryMax {
      configuration.fileSystem = InMemoryFileSystem()
      configuration.memtableBytesMax = 64 << 10
    } else {
      path = try TemporaryDirectory.create()
      configuration.memtableBytesMax = 8 << 20
    }
    defer { if count > Self.rowsInMemoryMax { try? TemporaryDirectory.remove(path) } }
    var store = try await EmbeddedStore.open(at: path, configuration: configuration)
    let policy = SplitPolicy(.constantSize(bytesMax: 3 * configuration.memtableBytesMax))
    try await store.createTable(
      TableSchema(name: "t", families: [ColumnFamily("data")], splitPolicy: policy))
    try await fill(store, count)
    for _ in 0..<2 {
      try await TestStore.settle(store)
      let regions = try #require(try await store.info().tables.first).regions
      print("growth: \(count) rows in \(regions.count) regions")
      #expect(regions.count >= 2)
      try await check(store, count)
      try await store.close()
      store = try await EmbeddedStore.open(at: path, configuration: configuration)
    }
    try await store.close()
  }

  private func fill(_ store: EmbeddedStore, _ count: Int) async throws {
    let clients = 4
    try await withThrowingTaskGroup { group in
      for client in 0..<clients {
        group.addTask {
          var batch = AtomicBatch()
          for number in stride(from: client, to: count, by: clients) {
            let row = Self.row(Self.shuffled(number, of: count))
            let put = Mutation.put(Self.column, timestamp: nil, value: row)
            batch.operations.append(
              BatchOperation(
                table: "t", operation: CheckAndMutate([], RowMutations(row, [put]))))
            if batch.operations.count == 100 || number + clients >= count {
              let outcome = try await store.commit(batch, since: nil, durability: .memory)
              #expect(outcome == .committed)
              batch = AtomicBatch()
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func check(_ store: EmbeddedStore, _ count: Int) async throws {
    var cursor = try await store.scan(Scan(), in: "t")
    var number = 0
    while let row = try await cursor.next() {
      let isRight =
        row.row == Self.row(number) && row.value(family: "data", qualifier: "q") == row.row
      if !isRight { Issue.record("row \(number) is \(row)") }
      if !isRight { return }
      number += 1
    }
    #expect(number == count)
    var reversed = try await store.scan(Scan(rowsMax: 5000, isReversed: true), in: "t")
    while let row = try await reversed.next() {
      number -= 1
      #expect(row.row == Self.row(number))
    }
    for step in 0..<2000 {
      let row = Self.row(Self.shuffled(step * 31, of: count))
      #expect(
        try await store.get(Get(row), in: "t")?.value(family: "data", qualifier: "q") == row)
    }
  }
}
