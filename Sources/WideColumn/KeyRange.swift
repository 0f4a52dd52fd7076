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

  /// Whether the bytes are a key of the range.
  package func contains(_ key: UnsafeRawBufferPointer) -> Bool {
    let isBefore = unsafe start.withUnsafeBytes { unsafe compareBytes(key, $0) < 0 }
    guard !isBefore else { return false }
    guard let stop else { return true }
    return unsafe stop.withUnsafeBytes { unsafe compareBytes(key, $0) < 0 }
  }

  /// Whether no key can lie in the range.
  public var isEmpty: Bool {
    guard let stop else { return false }
    return stop <= start
  }

  /// Whether it stops before it starts, which stores refuse; one that stops where it starts merely holds no key.
  public var isInverted: Bool {
    guard let stop else { return false }
    return stop < start
  }

  /// Whether some key lies in both ranges.
  public func overlaps(_ other: KeyRange) -> Bool {
    if let stop, other.start >= stop { return false }
    if let stop = other.stop, start >= stop { return false }
    return !isEmpty && !other.isEmpty
  }

  /// The keys that lie in both ranges; empty when there are none.
  public func intersection(_ other: KeyRange) -> KeyRange {
    let first = max(start, other.start)
    guard let stop else { return KeyRange(from: first, to: other.stop) }
    return KeyRange(from: first, to: other.stop.map { min($0, stop) } ?? stop)
  }

  /// Whether every key of the other range lies in this one.
  public func covers(_ other: KeyRange) -> Bool {
    if other.isEmpty { return true }
    guard start <= other.start else { return false }
    guard let stop else { return true }
    return other.stop.map { $0 <= stop } ?? false
  }
}

extension KeyRange: CustomStringConvertible {
  /// The ends, as the tools print them: `'a' ..< 'b'`, or `'a' ...` without a stop.
  public var description: String {
    guard let stop else { return "'\(start)' ..." }
    return "'\(start)' ..< '\(stop)'"
  }
}
