// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Which ids, or which indexed values, a read is about: each end open, closed, or without a bound.
///
/// ```swift
/// .from(10)            .after(10)
/// .through(20)         .before(20)
/// .range(10..<20)      .range(10...20)
/// .between(.exclusive(10), .inclusive(20))
/// ```
///
/// Of pairs (``KeyPair``), those of one first value, and of these a range of the second:
///
/// ```swift
/// .startingWith(author)
/// .startingWith(author, then: .from(moment))
/// ```
public struct KeyBounds: Hashable, Sendable {
  /// An end.
  public struct End: Hashable, Sendable {
    enum Kind: Hashable {
      case inclusive(KeyComponent)
      case exclusive(KeyComponent)
      case unbounded
    }

    let kind: Kind

    /// There is no bound.
    public static let unbounded = End(kind: .unbounded)

    /// An end that includes a value.
    public static func inclusive(_ value: some KeyComponentConvertible) -> End {
      End(kind: .inclusive(value.keyComponent))
    }

    /// An end that leaves a value out.
    public static func exclusive(_ value: some KeyComponentConvertible) -> End {
      End(kind: .exclusive(value.keyComponent))
    }
  }

  /// The lower end.
  public var lower: End
  /// The upper end.
  public var upper: End

  /// How all values begin, as bytes of keys: nothing, or the start of a tuple and its first part.
  private var start: [UInt8] = []

  /// Every value.
  public static let all = KeyBounds(lower: .unbounded, upper: .unbounded)

  private init(lower: End, upper: End) {
    self.lower = lower
    self.upper = upper
  }

  /// From one end to another.
  public static func between(_ lower: End, _ upper: End) -> KeyBounds {
    KeyBounds(lower: lower, upper: upper)
  }

  /// A value and all that are greater.
  public static func from(_ value: some KeyComponentConvertible) -> KeyBounds {
    KeyBounds(lower: .inclusive(value), upper: .unbounded)
  }

  /// All that are greater than a value.
  public static func after(_ value: some KeyComponentConvertible) -> KeyBounds {
    KeyBounds(lower: .exclusive(value), upper: .unbounded)
  }

  /// A value and all that are less.
  public static func through(_ value: some KeyComponentConvertible) -> KeyBounds {
    KeyBounds(lower: .unbounded, upper: .inclusive(value))
  }

  /// All that are less than a value.
  public static func before(_ value: some KeyComponentConvertible) -> KeyBounds {
    KeyBounds(lower: .unbounded, upper: .exclusive(value))
  }

  /// One value alone.
  public static func equal(to value: some KeyComponentConvertible) -> KeyBounds {
    KeyBounds(lower: .inclusive(value), upper: .inclusive(value))
  }

  /// The values of a half-open range.
  public static func range<Value: KeyComponentConvertible>(_ range: Range<Value>) -> KeyBounds {
    KeyBounds(lower: .inclusive(range.lowerBound), upper: .exclusive(range.upperBound))
  }

  /// The values of a closed range.
  public static func range<Value: KeyComponentConvertible>(
    _ range: ClosedRange<Value>
  ) -> KeyBounds {
    KeyBounds(lower: .inclusive(range.lowerBound), upper: .inclusive(range.upperBound))
  }

  /// The pairs, or tuples, of a first value, and of these a range of what follows it.
  ///
  /// Values that are no tuples are not among them.
  ///
  /// - Parameters:
  ///   - first: The first part, which all have.
  ///   - rest: Which of the parts behind it; all by default. Of a second part that is a pair itself these may be `startingWith` again.
  /// - Returns: The bounds.
  public static func startingWith(
    _ first: some KeyComponentConvertible, then rest: KeyBounds = .all
  ) -> KeyBounds {
    var bounds = rest
    bounds.start = [KeyTag.tuple]
    first.keyComponent.encode(to: &bounds.start)
    bounds.start += rest.start
    return bounds
  }
}

extension KeyBounds {
  /// The keys behind a prefix that begin with a value within the bounds.
  func range(behind prefix: [UInt8]) -> KeyRange {
    let prefix = prefix + start
    func encoded(_ value: KeyComponent) -> Bytes {
      var bytes = prefix
      value.encode(to: &bytes)
      return Bytes(bytes)
    }
    // What begins with a component ends before what a longer text begins with.
    var range =
      start.isEmpty
      ? KeyRange.prefix(Bytes(prefix))
      : KeyRange(from: Bytes(prefix), to: Bytes(prefix).endOfComponent)
    switch lower.kind {
    case .inclusive(let value): range.start = encoded(value)
    case .exclusive(let value): range.start = encoded(value).endOfComponent
    case .unbounded: break
    }
    switch upper.kind {
    case .inclusive(let value): range.stop = encoded(value).endOfComponent
    case .exclusive(let value): range.stop = encoded(value)
    case .unbounded: break
    }
    return range.isEmpty ? .nothing : range
  }
}

extension Bytes {
  /// The first key behind all that have these bytes, which end with a component, and whatever follows them.
  ///
  /// Not all that begin with the bytes: with `FF` behind it, the end of a text is a zero byte within a longer one.
  var endOfComponent: Bytes { Bytes(Array(self) + [KeyTag.escape]) }
}

extension KeyRange {
  /// A range that holds no key, and is not inverted.
  static let nothing = KeyRange(from: Bytes(), to: Bytes())
}
