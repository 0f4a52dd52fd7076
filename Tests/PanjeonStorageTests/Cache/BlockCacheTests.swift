// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Block cache")
struct BlockCacheTests {
  private func table(
    _ disk: InMemoryFileSystem, number: UInt64, cache: BlockCache
  ) throws -> (table: Table, model: CellModel) {
    var random = SplitMix64(seed: TestSeed.value &+ number)
    let model = CellModel.random(&random, rows: 600, cellsMax: 8)
    let options = TableOptions(blockBytes: 512, regionID: 1, localityGroup: 0)
    _ = try TestTable.write(model, to: "/\(number)", disk, options: options)
    return (try TestTable.open("/\(number)", disk, number: number, cache: cache), model)
  }

  @Test("It stays within what the budget leaves, and still answers")
  func bound() throws {
    let budget = MemoryBudget(totalBytes: 128 << 10)
    let cache = BlockCache(budget: budget)
    let disk = InMemoryFileSystem()
    var random = SplitMix64(seed: TestSeed.value)
    for number in 1...4 as ClosedRange<UInt64> {
      let (table, model) = try table(disk, number: number, cache: cache)
      try model.compare(table.makeCursor(.mayBlock), moves: 100, &random, "table \(number)")
      #expect(cache.bytes > 0)
      #expect(cache.bytes <= budget.cacheCapacity)
    }
    #expect(cache.hits > 0 && cache.misses > 0)
  }

  @Test("What others reserve is taken from the cache, down to a sixteenth")
  func reservations() {
    let budget = MemoryBudget(totalBytes: 1 << 20)
    #expect(budget.cacheCapacity == 1 << 20)
    budget.reserve(700 << 10, for: .memtables)
    budget.reserve(100 << 10, for: .tableMetadata)
    #expect(budget.cacheCapacity == 224 << 10)
    budget.reserve(4 << 20, for: .memtables)
    #expect(budget.cacheCapacity == 64 << 10)
    budget.release(4 << 20, for: .memtables)
    #expect(budget.cacheCapacity == 224 << 10)
  }

  @Test("A block that is read again and again outlives a scan of many others")
  func clock() throws {
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 128 << 10))
    let disk = InMemoryFileSystem()
    let (hot, hotModel) = try table(disk, number: 1, cache: cache)
    let (cold, _) = try table(disk, number: 2, cache: cache)
    let row = hotModel.rows[0]
    func readHot() throws {
      let cursor = hot.makeCursor(.mayBlock)
      try row.withRawBytes {
        try cursor.seek(row: $0, key: UnsafeRawBufferPointer(start: nil, count: 0))
      }
    }
    try readHot()
    let scan = cold.makeCursor(.mayBlock)
    try scan.seekToFirst()
    var missesOfHot: UInt64 = 0
    while scan.current != nil {
      try scan.nextRow()
      let before = cache.misses
      try readHot()
      missesOfHot += cache.misses - before
    }
    #expect(missesOfHot == 0)
  }

  @Test("A table that is gone leaves nothing behind, and its neighbour keeps its blocks")
  func erase() throws {
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 8 << 20))
    let disk = InMemoryFileSystem()
    var random = SplitMix64(seed: TestSeed.value)
    for number in 1...2 as ClosedRange<UInt64> {
      let (table, model) = try table(disk, number: number, cache: cache)
      try model.compare(table.makeCursor(.mayBlock), moves: 0, &random, "fills")
    }
    let both = cache.bytes
    cache.erase(table: 1)
    #expect(cache.bytes > 0 && cache.bytes < both)
    #expect(cache.find(table: 1, offset: 0) == nil)
    #expect(cache.find(table: 2, offset: 0) != nil)
    cache.erase(table: 2)
    #expect(cache.bytes == 0)
  }

  @Test(
    "Whatever is put in and erased, it holds what a dictionary holds; when it is full, nothing else"
  )
  func model() throws {
    struct Place: Hashable {
      var table: UInt64
      var offset: UInt64
    }
    var random = SplitMix64(seed: TestSeed.value)
    let disk = InMemoryFileSystem()
    let source = BlockCache(budget: MemoryBudget(totalBytes: 8 << 20))
    let file = try table(disk, number: 1, cache: source).table.file
    let blocks = try (0..<file.index.blockCount).map { try file.readBlock($0) }
    for isFull in [false, true] {
      let cache = BlockCache(budget: MemoryBudget(totalBytes: isFull ? 512 << 10 : 64 << 20))
      var model: [Place: Block] = [:]
      var found = 0
      for _ in 0..<20_000 {
        let table = UInt64(random.below(6))
        let place = Place(table: table, offset: UInt64(random.below(500)) * 512)
        switch random.below(1000) {
        case 0:
          cache.erase(table: table)
          model = model.filter { $0.key.table != table }
        case 1..<400:
          let block = blocks[random.below(blocks.count)]
          cache.insert(block, table: table, offset: place.offset, storedBytes: 1)
          // The first stays.
          let known = cache.find(table: table, offset: place.offset)
          if model[place] == nil || known?.storage === block.storage { model[place] = block }
        default:
          let block = cache.find(table: table, offset: place.offset)
          if block != nil { found += 1 }
          if isFull, block == nil { continue }
          #expect(block?.storage === model[place]?.storage)
        }
        #expect(cache.bytes <= cache.budget.cacheCapacity)
      }
      #expect(found > 1000)
    }
  }
}
