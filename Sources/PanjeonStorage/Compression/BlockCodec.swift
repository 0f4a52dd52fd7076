// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Compresses and decompresses blocks.
///
/// A codec's number is part of the format whether or not the build has it.
package enum BlockCodec {
  /// What compression must save for a block to be stored compressed, as a divisor: one eighth.
  package static let savingDivisor = 8

  /// Appends a block compressed, unless that does not save enough or the codec is `none`.
  ///
  /// - Parameters:
  ///   - bytes: The block.
  ///   - codec: How to compress it.
  ///   - buffer: What it is appended to.
  /// - Returns: Whether it was.
  /// - Throws: `unsupportedCompression`.
  package static func compress(
    _ bytes: UnsafeRawBufferPointer, _ codec: LocalityGroup.Compression,
    to buffer: inout GrowingBuffer
  ) throws(StoreError) -> Bool {
    let bytesMax = bytes.count - bytes.count / savingDivisor
    let count: Int?
    switch codec {
    case .none: return false
    case .snappy:
      #if Snappy
        count = unsafe Snappy.compress(bytes, into: buffer.room(Snappy.bound(bytes.count)))
      #else
        throw missing("Snappy", file: nil, offset: nil)
      #endif
    case .lz4:
      #if LZ4
        count = unsafe LZ4.compress(bytes, into: buffer.room(bytesMax))
      #else
        throw missing("LZ4", file: nil, offset: nil)
      #endif
    }
    guard let count, count <= bytesMax else { return false }
    buffer.grow(by: count)
    return true
  }

  /// Decompresses a block into exactly `target`.
  ///
  /// Throws `unsupportedCompression`, and `corruption` when the bytes do not make a block of that length.
  package static func decompress(
    _ bytes: UnsafeRawBufferPointer, _ codec: LocalityGroup.Compression,
    into target: UnsafeMutableRawBufferPointer, file: String, offset: UInt64
  ) throws(StoreError) {
    let isWhole: Bool
    switch codec {
    case .none:
      isWhole = bytes.count == target.count
      if isWhole { unsafe target.copyMemory(from: bytes) }
    case .snappy:
      #if Snappy
        isWhole = unsafe Snappy.decompress(bytes, into: target)
      #else
        throw missing("Snappy", file: file, offset: offset)
      #endif
    case .lz4:
      #if LZ4
        isWhole = unsafe LZ4.decompress(bytes, into: target)
      #else
        throw missing("LZ4", file: file, offset: offset)
      #endif
    }
    if !isWhole {
      throw StoreError(
        .corruption, "a block does not decompress to its length", file: file, offset: offset)
    }
  }

  private static func missing(_ name: String, file: String?, offset: UInt64?) -> StoreError {
    StoreError(
      .unsupportedCompression,
      "\(name) is needed and this build is without it; build with the package trait '\(name)'",
      file: file, offset: offset)
  }
}
