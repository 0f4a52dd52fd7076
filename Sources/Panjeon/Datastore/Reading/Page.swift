// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// From which end a read begins.
public enum KeyOrder: Hashable, Sendable {
  /// From the least id, or indexed value, on.
  case ascending
  /// From the greatest back.
  case descending
}

/// Where a page ended, to go on behind it, in another transaction or another process.
///
/// It names a place, not a moment: what is inserted behind it meanwhile is found, what is before it is not.
public struct PageCursor: Hashable, Sendable {
  /// The place, as bytes to keep or to send.
  public let bytes: Bytes

  /// A cursor of an earlier page; whether it fits is seen when it is used.
  public init(bytes: Bytes) { self.bytes = bytes }
}

/// Some of the records of a collection, or of an index, in order.
public struct Page<R: Record>: Sendable {
  /// How many records a page has at the most, whatever is asked for: 65,536.
  public static var limitMax: Int { 65_536 }

  /// The records.
  public var entries: [Entry<R>]
  /// Where to go on; nil when there are no more.
  public var next: PageCursor?

  /// A page of records that come from several reads.
  public init(entries: [Entry<R>], next: PageCursor?) {
    self.entries = entries
    self.next = next
  }

  /// Throws `invalidArgument`.
  static func clamped(_ limit: Int) throws(DatastoreError) -> Int {
    guard limit >= 1 else {
      throw DatastoreError(.invalidArgument, "a page has at least one record, not \(limit)")
    }
    return min(limit, limitMax)
  }
}

extension Page: Equatable where R: Equatable {}

extension KeyRange {
  /// The keys behind the place of a cursor, in an order.
  func going(on cursor: PageCursor?, _ order: KeyOrder) throws(DatastoreError) -> KeyRange {
    guard let place = cursor?.bytes else { return self }
    guard contains(place) else {
      throw DatastoreError(.invalidCursor, "the cursor is of another read")
    }
    switch order {
    case .ascending: return KeyRange(from: place.successor, to: stop)
    case .descending: return KeyRange(from: start, to: place)
    }
  }
}
