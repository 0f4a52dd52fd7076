// SPDX-License-Identifier: Apache-2.0

/// When the puts of an SSTable were written and will have expired, as far as it takes to tell how many have.
///
/// Kept only by SSTables that have something that expires; times in microseconds.
package struct CellAges: Hashable, Sendable {
  /// The least and the greatest timestamp of a put.
  package var oldest: Int64 = .max
  package var newest: Int64 = .min

  /// How many puts have a time to live of their own, and when the first and the last of these end.
  package var expiringCount: UInt64 = 0
  package var firstEnd: Int64 = .max
  package var lastEnd: Int64 = .min

  package init() {}

  /// Takes note of a put.
  package mutating func note(timestamp: Int64, end: Int64?) {
    oldest = min(oldest, timestamp)
    newest = max(newest, timestamp)
    guard let end else { return }
    expiringCount += 1
    firstEnd = min(firstEnd, end)
    lastEnd = max(lastEnd, end)
  }

  /// About what share of the puts has expired at a time, if they were written evenly.
  ///
  /// - Parameters:
  ///   - time: The time.
  ///   - timeToLive: How long the families keep what they hold, the most lasting of them; nil: for ever.
  ///   - cellCount: How many cells the SSTable has.
  /// - Returns: From zero to one.
  package func expiredShare(at time: Int64, timeToLive: Int64?, cellCount: UInt64) -> Double {
    let own =
      Self.share(below: time, from: firstEnd, to: lastEnd) * Double(expiringCount)
      / Double(max(1, cellCount))
    guard let timeToLive else { return own }
    let (bound, overflow) = time.subtractingReportingOverflow(timeToLive)
    return overflow ? own : max(own, Self.share(below: bound, from: oldest, to: newest))
  }

  private static func share(below bound: Int64, from first: Int64, to last: Int64) -> Double {
    if first > last || bound < first { return 0 }
    if bound >= last { return 1 }
    return (Double(bound) - Double(first)) / (Double(last) - Double(first))
  }

  func encode(to bytes: inout [UInt8]) {
    for number in [oldest, newest, Int64(bitPattern: expiringCount), firstEnd, lastEnd] {
      bytes.appendFixed64LE(UInt64(bitPattern: number))
    }
  }

  init(_ reader: inout ByteReader) throws(MalformedBytes) {
    oldest = Int64(bitPattern: try reader.readFixed64LE())
    newest = Int64(bitPattern: try reader.readFixed64LE())
    expiringCount = try reader.readFixed64LE()
    firstEnd = Int64(bitPattern: try reader.readFixed64LE())
    lastEnd = Int64(bitPattern: try reader.readFixed64LE())
  }
}
