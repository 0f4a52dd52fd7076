// SPDX-License-Identifier: Apache-2.0

/// The hash of a row key, which Bloom filters on disk and memtables use.
///
/// Part of the SSTable format (page *Formats/SSTableFormat*): words of eight bytes, little-endian, the last one padded
/// with zeros; for each, `h = (h ^ word) × K`, folded by its upper half; at the end the finaliser of
/// MurmurHash3 (Austin Appleby, public domain).
package enum RowHash {
  @inline(always)
  package static func hash(_ row: UnsafeRawBufferPointer) -> UInt64 {
    let multiplier: UInt64 = 0x9FB2_1C65_1E98_DF25
    var hash = UInt64(row.count) &* 0x9E37_79B9_7F4A_7C15
    var offset = 0
    while offset + 8 <= row.count {
      let word = unsafe row.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
      hash = (hash ^ word) &* multiplier
      hash ^= hash >> 32
      offset += 8
    }
    if offset < row.count {
      var word: UInt64 = 0
      var shift: UInt64 = 0
      while offset < row.count {
        unsafe word |= UInt64(row[offset]) << shift
        shift += 8
        offset += 1
      }
      hash = (hash ^ word) &* multiplier
      hash ^= hash >> 32
    }
    return finish(hash)
  }

  /// The hash of a column of a row.
  ///
  /// - Parameters:
  ///   - row: The hash of the row.
  ///   - prefix: What the keys of all versions of the column begin with, or of all deletes of a family.
  /// - Returns: The hash.
  package static func hash(row: UInt64, column prefix: UnsafeRawBufferPointer) -> UInt64 {
    unsafe finish(row &* 0x9E37_79B9_7F4A_7C15 ^ hash(prefix))
  }

  @inline(always)
  private static func finish(_ value: UInt64) -> UInt64 {
    var hash = value
    hash ^= hash >> 33
    hash = hash &* 0xFF51_AFD7_ED55_8CCD
    hash ^= hash >> 33
    hash = hash &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ (hash >> 33)
  }
}
