// SPDX-License-Identifier: Apache-2.0

internal import CPanjeonChecksum

/// CRC32C (Castagnoli), by the processor's instruction where it has one.
package enum Checksum {
  /// The checksum of `bytes`, continuing from `crc`.
  package static func crc32c(_ bytes: UnsafeRawBufferPointer, extending crc: UInt32 = 0) -> UInt32 {
    unsafe panjeon_crc32c(crc, bytes.baseAddress, bytes.count)
  }
}
