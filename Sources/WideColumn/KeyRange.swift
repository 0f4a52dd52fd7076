// SPDX-License-Identifier: Apache-2.0

/// A contiguous range of byte strings, from `start` (inclusive) to `stop` (exclusive).
///
/// Used for row keys and, within a row, for qualifiers.
public struct KeyRange: Hashable, Sendable {
  /// The first key of the range; empty means from the beginning.
  public var start: Bytes

  /// The first key after the range; nil means to the end.
  public var stop: Bytes?

  /// Creates a range from `start` (inclusive) to `stop` (exclusive).
  public init(from start: Bytes = Bytes(), to stop: Bytes? = nil) {
    self.start = start
    self.stop = stop
  }

  /// Creates a half-open range.
  public init(_ range: Range<Bytes>) {
    self.init(from: range.lowerBound, to: range.upperBound)
  }

  /// Creates a range that holds both of its ends.
  public init(_ range: ClosedRange<Bytes>) {
    self.init(from: range.lowerBound, to: range.upperBound.successor)
  }

  /// Every key.
  public static let all = KeyRange()

  /// The range that holds `key` alone.
  public static func single(_ key: Bytes) -> KeyRange {
    KeyRange(from: key, to: key.successor)
  }

  /// The keys that begin with `prefix`; every key when it is empty.
  public static func prefix(_ prefix: Bytes) -> KeyRange {
    var stop = Array(prefix)
    while let last = stop.last {
      if last < 0xFF {
        stop[stop.count - 1] = last + 1
        return KeyRange(from: prefix, to: Bytes(stop))
      }
      stop.removeLast()
    }
    return KeyRange(from: prefix, to: nil)
  }

  /// Whether `key` lies in the range.
  public func contains(_ key: Bytes) -> Bool {
    guard key >= start else { return false }
    guard let stop else { return true }
    return key < stop
  }

  /// Whether no key can lie in the range.
  public var isEmpty: Bool {
    guard let stop else { return false }
    return stop <= start
  }
}
