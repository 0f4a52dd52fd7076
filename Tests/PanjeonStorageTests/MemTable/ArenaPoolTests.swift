// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Memory of memtables that have been flushed", .timeLimit(.minutes(15)))
struct ArenaPoolTests {
  private func fill(_ table: MemTable, _ random: inout SplitMix64, to bytes: Int) -> CellModel {
    var model = CellModel()
    while table.bytesUsed < bytes {
      var key: [UInt8] = []
      Bytes(utf8: "q\(random.below(9))").withUnsafeBytes {
        CellKey.append(
          family: 1, qualifier: $0, timestamp: 1, sequence: UInt64(model.entries.count + 1),
          kind: .put, to: &key)
      }
      let value = [UInt8](repeating: 0xEE, count: random.below(200))
      let entry = CellModel.Entry(
        row: Bytes(utf8: "row \(random.below(500))"), key: Bytes(key), value: Bytes(value))
      guard table.canInsert(bytes: 600) else { break }
      entry.row.withUnsafeBytes { row in
        entry.key.withUnsafeBytes { key in
          entry.value.withUnsafeBytes {
            table.insert(row: row, rowHash: RowHash.hash(row), key: key, value: $0)
          }
        }
      }
      model.append(entry)
    }
    model.sort()
    return model
  }

  @Test("A memtable in the memory of another holds only what is put into it")
  func recycled() throws {
    let budget = MemoryBudget(totalBytes: 1 << 24)
    let pool = ArenaPool(budget)
    var random = SplitMix64(seed: TestSeed.value)
    let capacity = 256 << 10
    for round in 0..<6 {
      let table = MemTable(capacityBytes: capacity, pool: pool, recycles: round > 0)
      // What was kept has been taken.
      #expect(budget.reservedBytes(.spareMemtable) == 0)
      let empty = table.makeCursor()
      try empty.seekToFirst()
      #expect(empty.current == nil)
      let model = fill(&random, table, round: round)
      try model.compare(table.makeCursor(), moves: 300, &random, "round \(round)")
    }
    #expect(budget.reservedBytes(.spareMemtable) > capacity)
  }

  private func fill(_ random: inout SplitMix64, _ table: MemTable, round: Int) -> CellModel {
    fill(table, &random, to: table.bytesUsed + (round % 2 == 0 ? 240 << 10 : 150 << 10))
  }

  @Test("One piece is kept, of its size, and one that was hardly used is not")
  func bounds() {
    let budget = MemoryBudget(totalBytes: 1 << 24)
    var random = SplitMix64(seed: TestSeed.value)
    do {
      let pool = ArenaPool(budget)
      _ = MemTable(capacityBytes: 256 << 10, pool: pool)
      #expect(budget.reservedBytes(.spareMemtable) == 0)
      for _ in 0..<2 {
        _ = fill(MemTable(capacityBytes: 256 << 10, pool: pool), &random, to: 200 << 10)
      }
      let kept = budget.reservedBytes(.spareMemtable)
      #expect(kept > 256 << 10 && kept < 512 << 10)
      // Another size, and one that does not want it.
      _ = MemTable(capacityBytes: 128 << 10, pool: pool, recycles: true)
      _ = MemTable(capacityBytes: 256 << 10, pool: pool)
      #expect(budget.reservedBytes(.spareMemtable) == kept)
    }
    #expect(budget.reservedBytes(.spareMemtable) == 0)
  }

  private func isRecycled(_ store: EmbeddedStore) -> Bool {
    (try? store.catalog.table("t").regions[0].view.groups[0].active.table.isRecycled) ?? false
  }

  @Test(
    "What is made for a batch that no other memtable has room for does not take the place of the others"
  )
  func oversized() {
    let budget = MemoryBudget(totalBytes: 1 << 24)
    let memtables = MemTableSwitch(memtableBytesMax: 256 << 10, budget: budget, rowCache: nil) {}
    var random = SplitMix64(seed: TestSeed.value)
    _ = fill(
      memtables.makeMemTable(of: .all, for: 600 << 10).table, &random, to: 500 << 10)
    #expect(budget.reservedBytes(.spareMemtable) == 0)
    _ = fill(memtables.makeMemTable(of: .all).table, &random, to: 200 << 10)
    #expect(budget.reservedBytes(.spareMemtable) > 0)
  }

  @Test("A store that writes on and on fills the same memory again, and reads what it wrote")
  func store() async throws {
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.memtableBytesMax = 64 << 10
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    // Once a flush has ended before the next memtable was begun, that is in its memory.
    var hasRecycled = false
    for number in 0..<60_000 where number < 3_000 || !hasRecycled {
      try await store.put(number % 3_000, .memory)
      hasRecycled = hasRecycled || isRecycled(store)
    }
    #expect(hasRecycled)
    #expect(store.metrics.flushes.count > 3)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 3_000)
    try await store.close()
  }
}
