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
  private let file: any File
  private let cache: BlockCache

  private init(
    number: UInt64, file: any File, fileBytes: UInt64, cache: BlockCache, parts: TableParts
  ) {
    self.number = number
    self.file = file
    self.fileBytes = fileBytes
    self.cache = cache
    properties = parts.properties
    index = parts.index
    filter = parts.filter
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
    let size = try file.size()
    return TableFile(
      number: number, file: file, fileBytes: size, cache: cache,
      parts: try TableParts(file: file, size: size))
  }

  /// What index and filter take.
  package var metadataBytes: Int { index.byteCount + filter.bytes.count }

  package func mayContain(rowHash: UInt64) -> Bool {
    filter.mayContain(rowHash)
  }

  private static let wouldBlock = StoreError(.wouldBlock, "a block is not in memory")

  /// A data block, from the cache or from the file.
  func block(_ place: Int, mode: ReadMode, fillsCache: Bool) throws(StoreError) -> Block {
    let handle = index.handles[place]
    if let block = cache.find(table: number, offset: handle.offset) { return block }
    if mode == .cacheOnly { throw Self.wouldBlock }
    let stored = try file.readUpTo(Int(handle.length), at: handle.offset)
    guard stored.count == Int(handle.length) else {
      throw StoreError(
        .corruption, "the file ends within a block; restore it from a copy", file: file.path,
        offset: handle.offset + UInt64(stored.count))
    }
    let path = file.path
    let block = try unsafe stored.withRawBytes { (bytes) throws(StoreError) in
      try unsafe Block.decode(bytes, file: path, offset: handle.offset)
    }
    if fillsCache { cache.insert(block, table: number, offset: handle.offset) }
    return block
  }

  /// The error of an index that does not fit its blocks, though both pass their checksums.
  func damagedIndex(_ place: Int) -> StoreError {
    StoreError(
      .corruption,
      "the index names a key that its block does not hold; restore the file from a copy",
      file: file.path, offset: index.handles[place].offset)
  }

  /// Closes the file; reads of blocks that are not cached then fail.
  package func close() {
    file.close()
  }
}
