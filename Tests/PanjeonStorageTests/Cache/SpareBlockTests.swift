// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// The memory of blocks that had to go from the cache is used for those that are read next.
@Suite("Spare blocks")
struct SpareBlockTests {
  /// The blocks of a file, as they are stored.
  private func stored(
    blockBytes: Int, cells: Int, _ compression: LocalityGroup.Compression = .none
  ) throws -> [[UInt8]] {
    let disk = InMemoryFileSystem()
    var random = SplitMix64(seed: TestSeed.value)
    let model = CellModel.random(&random, rows: 400, cellsMax: cells)
    let options = TableOptions(
      blockBytes: blockBytes, compression: compression, regionID: 1, localityGroup: 0)
    _ = try TestTable.write(model, to: "/1", disk, options: options)
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 1 << 20))
    let file = try TestTable.open("/1", disk, number: 1, cache: cache).file
    return try file.index.handles.map {
      try file.readBytes($0.offset..<($0.offset + UInt64($0.length)))
    }
  }

  private func decode(_ stored: [UInt8]) throws -> Block {
    try #require(try read(stored, in: nil))
  }

  private func read(_ stored: [UInt8], in spare: Block?) throws -> Block? {
    try Block.read(stored.count, in: spare, file: "a file", offset: 0) { buffer in
      buffer.copyBytes(from: stored)
      return true
    }
  }

  @Test(
    "What somebody has of the cache is never given away; what nobody has is",
    .enabled(if: BlockCache.keepsSpares))
  func ownership() throws {
    let bytes = try stored(blockBytes: 16 << 10, cells: 8)[0]
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 10 << 20))
    var held: [Block] = []
    var spares = 0
    for number in 0..<3000 {
      let offset = UInt64(number) << 14
      if let spare = cache.takeSpare(table: 1, offset: offset) {
        spares += 1
        #expect(!held.contains { $0.storage === spare.storage })
        #expect(cache.takeSpare(table: 1, offset: offset) == nil, "there is but one")
      }
      let block = try decode(bytes)
      cache.insert(block, table: 1, offset: offset, storedBytes: 1)
      if number % 3 == 0 { held.append(block) }
      #expect(cache.bytes <= cache.budget.cacheCapacity)
    }
    #expect(spares > 1000)
  }

  @Test(
    "A cache of a few blocks keeps nothing for later; what is given back is there again",
    .enabled(if: BlockCache.keepsSpares))
  func bounds() throws {
    let bytes = try stored(blockBytes: 4 << 10, cells: 8)[0]
    let small = BlockCache(budget: MemoryBudget(totalBytes: 256 << 10))
    for number in 0..<1000 {
      let offset = UInt64(number) << 14
      small.insert(try decode(bytes), table: 1, offset: offset, storedBytes: 1)
      #expect(small.takeSpare(table: 1, offset: offset) == nil)
    }
    // Ten blocks fill a shard to the last byte.
    let cost = try decode(bytes).storage.cacheCost
    let exact = BlockCache(budget: MemoryBudget(totalBytes: 160 * cost))
    for number in 0..<3000 {
      exact.insert(try decode(bytes), table: 1, offset: UInt64(number) << 14, storedBytes: 1)
      #expect(exact.bytes <= 160 * cost)
    }
    #expect(exact.bytes == 160 * cost)
    let large = BlockCache(budget: MemoryBudget(totalBytes: 8 << 20))
    let spare = try decode(bytes)
    large.giveBack(spare, table: 1, offset: 0)
    #expect(large.bytes == spare.storage.cacheCost)
    #expect(large.takeSpare(table: 1, offset: 0)?.storage === spare.storage)
    #expect(large.bytes == 0)
  }

  @Test("Blocks of many sizes take no more than the room that each needs and a quarter")
  func sizes() throws {
    let blocks = try [1 << 10, 16 << 10].flatMap { try stored(blockBytes: $0, cells: 20) }
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 4 << 20))
    var random = SplitMix64(seed: TestSeed.value)
    for number in 0..<4000 {
      let offset = UInt64(number) << 14
      let stored = blocks[random.below(blocks.count)]
      let block = try #require(try read(stored, in: cache.takeSpare(table: 1, offset: offset)))
      #expect(block.memoryBytes <= stored.count + stored.count / 4 + 2048 + 256)
      cache.insert(block, table: 1, offset: offset, storedBytes: 1)
      #expect(cache.bytes <= cache.budget.cacheCapacity)
    }
  }

  @Test(
    "Many threads with cursors that stay where they are find in a full cache what was written",
    .timeLimit(.minutes(15)), arguments: [LocalityGroup.Compression.none, .lz4])
  func threads(compression: LocalityGroup.Compression) async throws {
    let disk = InMemoryFileSystem()
    var random = SplitMix64(seed: TestSeed.value)
    let model = CellModel.random(&random, rows: 1200, cellsMax: 8)
    let options = TableOptions(
      blockBytes: 512, compression: compression, regionID: 1, localityGroup: 0)
    _ = try TestTable.write(model, to: "/1", disk, options: options)
    // A shard has room for some ten blocks, and the file has many more.
    let cache = BlockCache(budget: MemoryBudget(totalBytes: 320 << 10))
    let table = try TestTable.open("/1", disk, number: 1, cache: cache)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<4 as Range<UInt64> {
        group.addTask {
          var random = SplitMix64(seed: TestSeed.value &+ client)
          let cursor = table.makeCursor(.mayBlock)
          try model.compare(cursor, moves: 600, &random, "client \(client)")
          #expect(cache.bytes <= cache.budget.cacheCapacity)
        }
      }
      try await group.waitForAll()
    }
    let spares = table.file.index.handles.count {
      cache.takeSpare(table: 1, offset: $0.offset) != nil
    }
    #expect(spares > 0 || !BlockCache.keepsSpares)
  }

  @Test(
    "A block is read into a spare one's memory if that is enough, and has nothing of the other")
  func reuse() throws {
    let blocks = try [LocalityGroup.Compression.none, .lz4].flatMap { codec in
      try [512, 4 << 10, 16 << 10].flatMap { try stored(blockBytes: $0, cells: 20, codec) }
    }
    var random = SplitMix64(seed: TestSeed.value)
    var reused = 0
    for _ in 0..<2000 {
      let spare = try decode(blocks[random.below(blocks.count)])
      let number = random.below(blocks.count)
      let fresh = try decode(blocks[number])
      let block = try #require(try read(blocks[number], in: spare))
      if block.storage === spare.storage { reused += 1 }
      #expect(block.byteCount == fresh.byteCount)
      #expect(block.contents == fresh.contents)
    }
    #expect(reused > 200)
  }

  @Test("One that was not read, or is damaged, gives no block")
  func failure() throws {
    var bytes = try stored(blockBytes: 4 << 10, cells: 8)[0]
    let spare = try decode(bytes)
    #expect(
      try Block.read(bytes.count, in: spare, file: "a file", offset: 0) { _ in false } == nil)
    bytes[bytes.count / 2] ^= 1
    #expect(throws: StoreError.self) { try read(bytes, in: spare) }
  }
}

extension Block {
  /// Its rows' bytes.
  fileprivate var contents: [UInt8] {
    storage.withUnsafeMutablePointerToElements {
      Array(UnsafeRawBufferPointer(start: $0 + 32, count: byteCount))
    }
  }
}
