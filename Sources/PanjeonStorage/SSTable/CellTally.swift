// SPDX-License-Identifier: Apache-2.0

/// What the puts of a row add to what an SSTable says of itself.
///
/// Safe: the last key is valid as long as those who gave it keep it.
@safe struct CellTally {
  private(set) var count = 0
  private(set) var smallestSequence = UInt64.max
  private(set) var largestSequence: UInt64 = 0
  private(set) var maxTimestamp = Int64.min
  /// Keys and values, without the row.
  private(set) var bytes = 0
  /// The last key.
  private(set) var lastKey = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var ages = CellAges()

  @inline(always)
  mutating func note(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    count += 1
    let sequence = unsafe CellKey.sequence(key)
    let timestamp = unsafe CellKey.timestamp(key)
    smallestSequence = min(smallestSequence, sequence)
    largestSequence = max(largestSequence, sequence)
    maxTimestamp = max(maxTimestamp, timestamp)
    bytes += key.count + value.count
    unsafe lastKey = unsafe key
    // Locks are kept for ever; that they are old says nothing.
    if unsafe CellKey.family(key) != CellKey.lockFamily {
      ages.note(timestamp: timestamp, end: nil)
    }
  }
}

extension TableProperties {
  /// Counts the puts of a row.
  mutating func add(_ tally: CellTally, rowBytes: Int) {
    cellCount += UInt64(tally.count)
    smallestSequence = min(smallestSequence, tally.smallestSequence)
    largestSequence = max(largestSequence, tally.largestSequence)
    maxTimestamp = max(maxTimestamp, tally.maxTimestamp)
    rawBytes += UInt64(tally.bytes + tally.count * rowBytes)
  }
}

extension CellAges {
  /// Takes note of what another has taken note of.
  mutating func merge(_ other: CellAges) {
    oldest = min(oldest, other.oldest)
    newest = max(newest, other.newest)
    expiringCount += other.expiringCount
    firstEnd = min(firstEnd, other.firstEnd)
    lastEnd = max(lastEnd, other.lastEnd)
  }
}
