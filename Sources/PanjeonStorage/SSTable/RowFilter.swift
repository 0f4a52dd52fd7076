// SPDX-License-Identifier: Apache-2.0

/// A Bloom filter over the rows of an SSTable, all of a row's bits in one cache line.
///
/// Blocked Bloom filter (Putze, Sanders, Singler 2007, doi:10.1007/978-3-540-72845-0_9): one cache miss a probe.
/// The hash's upper half chooses the line, nine bits each of a product of it choose six bits of the line.
package struct RowFilter: Sendable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Builds a filter.
  package init(hashes: [UInt64], bitsPerRow: Int) {
    let lineBits = TableFormat.bloomLineBytes * 8
    let lines = max(1, (hashes.count * bitsPerRow + lineBits - 1) / lineBits)
    var bytes = [UInt8](repeating: 0, count: lines * TableFormat.bloomLineBytes)
    for hash in hashes {
      let (line, bits) = Self.place(hash, lines)
      for probe in 0..<TableFormat.bloomProbes {
        let bit = Int((bits >> (9 * UInt64(probe))) & 511)
        bytes[line + bit / 8] |= 1 << UInt8(bit & 7)
      }
    }
    self.bytes = bytes
  }

  /// Whether a row of this hash may be in the SSTable; a filter of no bytes says yes to all.
  package func mayContain(_ hash: UInt64) -> Bool {
    if bytes.isEmpty { return true }
    let (line, bits) = Self.place(hash, bytes.count / TableFormat.bloomLineBytes)
    for probe in 0..<TableFormat.bloomProbes {
      let bit = Int((bits >> (9 * UInt64(probe))) & 511)
      if bytes[line + bit / 8] & (1 << UInt8(bit & 7)) == 0 { return false }
    }
    return true
  }

  @inline(always)
  private static func place(_ hash: UInt64, _ lines: Int) -> (line: Int, bits: UInt64) {
    let line = Int(((hash >> 32) &* UInt64(lines)) >> 32)
    return (line * TableFormat.bloomLineBytes, hash &* 0x9E37_79B9_7F4A_7C15)
  }
}
