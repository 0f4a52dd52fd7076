// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// An open file of an SSTable: index and filter in memory, blocks through the cache.
///
/// Shared by the ``Table``s that are parts of it; closed when the last of them goes.
package final class TableFile: Sendable {
  package let number: UInt64
  package let properties: TableProperties
  package let fileBytes: UInt64
  package let index: TableIndex
  private let filter: RowFilter
  let file: any File
  private let cache: BlockCache

  private init(
    number: UInt64, file: any File, fileBytes: UInt64, cache: BlockCache,
    properties: TableProperties, index: TableIndex, filter: RowFilter
  ) {
    self.number = number
    self.file = file
    self.fileBytes = fileBytes
    self.cache = cache
    self.properties = properties
    self.index = index
    self.filter = filter
    cache.budget.reserve(metadataBytes, for: .tableMetadata)
  }

  deinit {
    cache.budget.release(metadataBytes, for: .tableMetadata)
    file.close()
  }

  /// Opens an SSTable and checks everything but its data blocks, which are checked as they are read.
  ///
  /// - Parameters:
  ///   - file: The file; the table owns it from now on.
  ///   - number: Its number, for the cache.
  ///   - cache: The block cache.
  /// - Returns: The table.
  /// - Throws: `corruption`, `unsupportedFormat`, `io`.
  package static func open(
    file: any File, number: UInt64, cache: BlockCache
  ) throws(StoreError) -> TableFile {
    let (parts, size) = try TableCopies.first(of: file) { (source) throws(StoreError) in
      let size = try source.size()
      return (try TableParts(file: source, size: size), size)
    }
    return TableFile(
      number: number, file: file, fileBytes: size, cache: cache, properties: parts.properties,
      index: parts.index, filter: parts.filter)
  }

  /// What index and filter take.
  package var metadataBytes: Int { index.byteCount + filter.bytes.count }

  package func mayContain(rowHash: UInt64) -> Bool {
    filter.mayContain(rowHash)
  }

  /// Whether one of some columns of a row may be here, given their hashes.
  package func mayContain(oneOfColumns hashes: [UInt64]) -> Bool {
    properties.bloomFilter != .rowAndColumn || hashes.contains { filter.mayContain($0) }
  }

  private static let wouldBlock = StoreError(.wouldBlock, "a block is not in memory")

  /// A block that is larger is not read without waiting: copying and checking it would take too long of a thread that others need.
  private static let cachedReadBytesMax = 256 << 10

  /// A data block, from the cache or from the file.
  ///
  /// One that may not wait for the disk has it from the file only if the system has it in memory; what fills no cache is no client's.
  func block(_ place: Int, mode: ReadMode, fillsCache: Bool) throws(StoreError) -> Block {
    let handle = index.handles[place]
    if let block = cache.find(table: number, offset: handle.offset, isCounted: fillsCache) {
      return block
    }
    let spare = fillsCache ? cache.takeSpare(table: number, offset: handle.offset) : nil
    let read = try read(place, mode, in: spare)
    if let spare, read?.storage !== spare.storage {
      cache.giveBack(spare, table: number, offset: handle.offset)
    }
    guard let block = read else { throw Self.wouldBlock }
    if fillsCache {
      cache.insert(block, table: number, offset: handle.offset, storedBytes: handle.length)
    }
    return block
  }

  /// Asks for the memory by which a data block will be looked for; does nothing if there is no such block.
  func prefetchSlot(_ place: Int) {
    guard place < index.blockCount else { return }
    cache.prefetchSlot(table: number, offset: index.handles[place].offset)
  }

  /// Asks for the memory of a data block that will be looked for, if it is cached; does nothing if there is no such block.
  func prefetchBlock(_ place: Int) {
    guard place < index.blockCount else { return }
    cache.prefetchBlock(table: number, offset: index.handles[place].offset)
  }

  /// A data block as the file has it now, whatever the cache has.
  ///
  /// Throws `corruption` with the rows that the block may hold.
  package func readBlock(_ place: Int) throws(StoreError) -> Block {
    guard let block = try read(place, .mayBlock, in: nil) else { throw Self.wouldBlock }
    return block
  }

  /// Reads a data block; nil only where that might have to wait and may not.
  private func read(
    _ place: Int, _ mode: ReadMode, in spare: Block?
  ) throws(StoreError) -> Block? {
    let handle = index.handles[place]
    if mode == .cacheOnly {
      if handle.length > Self.cachedReadBytesMax { return nil }
      do throws(StoreError) {
        return try Self.read(handle, mode, in: spare, from: file)
      } catch {
        // Another copy may be right, but to ask for it takes waiting.
        if error.code == .corruption, !file.copies.isEmpty { return nil }
        throw located(error, place)
      }
    }
    do throws(StoreError) {
      return try TableCopies.first(of: file) { (source) throws(StoreError) in
        try Self.read(handle, mode, in: spare, from: source)
      }
    } catch {
      throw located(error, place)
    }
  }

  /// Reads a data block from one of the file's copies, or from the file.
  private static func read(
    _ handle: BlockHandle, _ mode: ReadMode, in spare: Block?, from source: any File
  ) throws(StoreError) -> Block? {
    try unsafe Block.read(
      Int(handle.length), in: spare, file: source.path, offset: handle.offset
    ) { (buffer) throws(StoreError) in
      if mode == .cacheOnly { return unsafe source.readIfCached(into: buffer, at: handle.offset) }
      let count = try unsafe source.read(into: buffer, at: handle.offset)
      if count == buffer.count { return true }
      throw StoreError(
        .corruption, "the file ends within a block; restore it from a copy", file: source.path,
        offset: handle.offset + UInt64(count))
    }
  }

  private func located(_ error: StoreError, _ place: Int) -> StoreError {
    StoreError(
      error.code, error.message, file: file.path, offset: error.offset, rows: rows(of: place),
      cause: error.cause)
  }

  /// The rows that a block may hold cells of, as far as the index tells.
  func rows(of place: Int) -> KeyRange {
    let rows = index.rows(of: place)
    return place == 0 ? KeyRange(from: properties.smallestRow, to: rows.stop) : rows
  }

  /// The error of an index that does not fit its blocks, though both pass their checksums.
  func damagedIndex(_ place: Int) -> StoreError {
    StoreError(
      .corruption,
      "the index names a key that its block does not hold; restore the file from a copy",
      file: file.path, offset: index.handles[place].offset, rows: rows(of: place))
  }

  /// The same file, opened once more, without some of its blocks: what reads then see is what the others hold.
  func leavingOut(_ places: Set<Int>, of file: any File) -> TableFile {
    TableFile(
      number: number, file: file, fileBytes: fileBytes, cache: cache, properties: properties,
      index: index.leavingOut(places), filter: filter)
  }

  /// The path of the file.
  package var path: String { file.path }

  /// The bytes of the Bloom filter.
  package var filterBytes: [UInt8] { filter.bytes }

  /// Bytes of the file as they are.
  package func readBytes(_ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    try file.readUpTo(range.count, at: range.lowerBound)
  }

  /// Closes the file; reads of blocks that are not cached then fail.
  package func close() {
    file.close()
  }
}
