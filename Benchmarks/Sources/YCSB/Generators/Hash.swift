// SPDX-License-Identifier: Apache-2.0

/// YCSB's hash of a number: FNV-1a over its eight bytes, lowest first, then the absolute value.
///
/// Fowler, Noll and Vo, http://www.isthe.com/chongo/tech/comp/fnv/; YCSB's `Utils.fnvhash64`.
package func fnvHash64(_ value: Int64) -> Int64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  var rest = UInt64(bitPattern: value)
  for _ in 0..<8 {
    hash ^= rest & 0xFF
    hash = hash &* 1_099_511_628_211
    rest >>= 8
  }
  let signed = Int64(bitPattern: hash)
  // Java's `Math.abs` leaves the least number as it is.
  return signed == .min ? signed : abs(signed)
}
