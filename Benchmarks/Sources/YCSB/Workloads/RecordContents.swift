// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Makes the values of records, and checks them.
package enum RecordContents {
  /// Appends random printable characters.
  package static func appendRandom(
    _ count: Int, to bytes: inout [UInt8], _ random: inout SplitMix64
  ) {
    var left = count
    bytes.reserveCapacity(bytes.count + count + 8)
    while left > 0 {
      // Eight characters from the 64 behind the blank.
      var word = (random.next() & 0x3F3F_3F3F_3F3F_3F3F) &+ 0x2020_2020_2020_2020
      for _ in 0..<min(left, 8) {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
      }
      left -= 8
    }
  }

  /// The value that `dataintegrity` expects: key and field, then Java hashes of what there is so far.
  package static func deterministic(key: [UInt8], field: String, count: Int) -> [UInt8] {
    var bytes = key
    bytes.append(0x3A)
    bytes.append(contentsOf: field.utf8)
    while bytes.count < count {
      bytes.append(0x3A)
      bytes.append(contentsOf: String(javaHash(bytes)).utf8)
    }
    return Array(bytes.prefix(count))
  }

  /// Java's `String.hashCode` of ASCII.
  package static func javaHash(_ bytes: [UInt8]) -> Int32 {
    bytes.reduce(0 as Int32) { $0 &* 31 &+ Int32($1) }
  }
}
