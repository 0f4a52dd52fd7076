// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Compresses and decompresses blocks.
///
/// A codec's number is part of the format whether or not the build has it.
package enum BlockCodec {
  /// What compression must save for a block to be stored compressed, as a divisor: one eighth.
  package static let savingDivisor = 8

  /// Compresses a block, or returns nil when it does not save enough or the codec is `none`.
  ///
  /// Throws `unsupportedCompression`.
  package static func compress(
    _ bytes: [UInt8], _ codec: LocalityGroup.Compression
  ) throws(StoreError) -> [UInt8]? {
    let compressed: [UInt8]?
    switch codec {
    case .none: return nil
    case .snappy:
      #if Snappy
        compressed = Snappy.compress(bytes)
      #else
        throw missing("Snappy", file: nil, offset: nil)
      #endif
    case .lz4:
      #if LZ4
        compressed = LZ4.compress(bytes)
      #else
        throw missing("LZ4", file: nil, offset: nil)
      #endif
    }
    guard let compressed, compressed.count <= bytes.count - bytes.count / savingDivisor else {
      return nil
    }
    return compressed
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
