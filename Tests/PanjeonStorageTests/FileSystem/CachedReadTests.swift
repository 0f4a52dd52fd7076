// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Reads that do not wait")
struct CachedReadTests {
  @Test(
    "What has just been written is read without waiting, where the system can do that, and nothing behind the end"
  )
  func posix() throws {
    let path = try TemporaryDirectory.create()
    defer { try? TemporaryDirectory.remove(path) }
    let file = try PosixFileSystem().open(path + "/f", .createNew)
    let written = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    try written.withRawBytes { (bytes) throws(StoreError) in try file.write(bytes, at: 0) }
    func read(_ count: Int, at offset: UInt64) -> [UInt8]? {
      var bytes = [UInt8](repeating: 0, count: count)
      let isRead = bytes.withUnsafeMutableBytes { file.readIfCached(into: $0, at: offset) }
      return isRead ? bytes : nil
    }
    #if os(Linux)
      #expect(read(70_000, at: 20_000) == Array(written[20_000..<90_000]))
    #endif
    #expect(read(70_000, at: 40_000) == nil)
    #expect(read(1, at: 200_000) == nil)
    file.close()
    #expect(read(10, at: 0) == nil)
  }

  @Test("A file system that knows nothing of it says so, and reads go to an I/O thread")
  func others() throws {
    let file = try InMemoryFileSystem().open("/f", .createNew)
    try [1, 2, 3].withRawBytes { (bytes) throws(StoreError) in try file.write(bytes, at: 0) }
    var bytes: [UInt8] = [0]
    #expect(!bytes.withUnsafeMutableBytes { file.readIfCached(into: $0, at: 0) })
  }

  @Test(
    "A block that the system has in memory is read where the caller runs, and counted as a miss once; a damaged one is corruption"
  )
  func blocks() throws {
    let path = try TemporaryDirectory.create()
    defer { try? TemporaryDirectory.remove(path) }
    var random = SplitMix64(seed: TestSeed.value)
    let model = CellModel.random(&random, rows: 60, cellsMax: 6)
    let memory = InMemoryFileSystem()
    let options = TableOptions(blockBytes: 512, regionID: 1, localityGroup: 0)
    _ = try TestTable.write(model, to: "/t", memory, options: options)
    let source = try memory.open("/t", .read)
    var bytes = try source.readUpTo(Int(try source.size()), at: 0)
    func table(_ name: String) throws -> (Table, BlockCache) {
      let cache = BlockCache(budget: MemoryBudget(totalBytes: 8 << 20))
      let file = try PosixFileSystem().open(path + name, .createNew)
      try bytes.withRawBytes { (bytes) throws(StoreError) in try file.write(bytes, at: 0) }
      return (Table(try TableFile.open(file: file, number: 1, cache: cache)), cache)
    }
    #if os(Linux)
      let (whole, cache) = try table("/whole")
      try model.compare(whole.makeCursor(.cacheOnly), moves: 100, &random, "read in place")
      #expect(cache.misses == UInt64(whole.file.index.blockCount))
      bytes[3] ^= 1
      let (damaged, _) = try table("/damaged")
      let error = #expect(throws: StoreError.self) {
        try damaged.makeCursor(.cacheOnly).seekToFirst()
      }
      #expect(error?.code == .corruption && error?.file == damaged.file.path)
    #endif
  }
}
