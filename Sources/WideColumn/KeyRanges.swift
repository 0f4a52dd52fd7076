// SPDX-License-Identifier: Apache-2.0

/// A set of keys, as ranges in order that neither overlap nor touch.
package struct KeyRanges: Hashable, Sendable {
  /// The ranges, none of them empty.
  package private(set) var ranges: [KeyRange]

  /// Every key.
  package static let all = KeyRanges([.all])

  /// No key.
  package static let none = KeyRanges([])

  /// The keys that lie in one of some ranges, in any order.
  package init(_ ranges: [KeyRange]) {
    self.ranges = []
    for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.start < $1.start }) {
      guard let last = self.ranges.last, last.stop.map({ range.start <= $0 }) ?? true else {
        self.ranges.append(range)
        continue
      }
      guard let stop = last.stop else { return }
      self.ranges[self.ranges.count - 1].stop = range.stop.map { max($0, stop) }
    }
  }

  /// The keys that lie in either.
  package func union(_ other: KeyRanges) -> KeyRanges { KeyRanges(ranges + other.ranges) }

  /// The keys that lie in both.
  package func intersection(_ other: KeyRanges) -> KeyRanges {
    KeyRanges(ranges.flatMap { range in other.ranges.map { range.intersection($0) } })
  }

  /// Whether a key lies in one of the ranges.
  package func contains(_ key: Bytes) -> Bool {
    range(atOrAfter: key)?.contains(key) ?? false
  }

  /// The range that holds a key or, if none does, the first behind it; nil when there is none.
  package func range(atOrAfter key: Bytes) -> KeyRange? {
    let place = firstPlace { $0.stop.map { key < $0 } ?? true }
    return place < ranges.count ? ranges[place] : nil
  }

  /// The last range that has keys before `bound` (nil: the end); nil when there is none.
  package func range(before bound: Bytes?) -> KeyRange? {
    guard let bound else { return ranges.last }
    let place = firstPlace { $0.start >= bound }
    return place > 0 ? ranges[place - 1] : nil
  }

  /// The first place of a range that satisfies what all behind it satisfy, too.
  private func firstPlace(where isSatisfied: (KeyRange) -> Bool) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if isSatisfied(ranges[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
