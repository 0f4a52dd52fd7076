// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// That the partner has done something.
public struct Notification: Record, Hashable {
  /// Number 8, below a user.
  public static let objectType = ObjectType<Notification>(8, "notification")

  /// What was done; new kinds may be added.
  public struct Kind: RawRepresentable, Hashable, Sendable, Codable {
    /// The number that is stored.
    public let rawValue: Int
    /// A kind of a number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// A photo was added.
    public static let photo = Kind(rawValue: 1)
    /// A memo was written.
    public static let memo = Kind(rawValue: 2)
    /// An event was put on the calendar.
    public static let event = Kind(rawValue: 3)
    /// A comment was written.
    public static let comment = Kind(rawValue: 4)
  }

  /// What was done.
  public var kind: Kind
  /// Who did it.
  public var from: RandomID
  /// In which couple.
  public var couple: RandomID
  /// The photo, memo or event it is about, or that was commented on; it may have been deleted since.
  public var subject: UInt64?
  /// When.
  public var createdAt: Timestamp
  /// Whether the user has seen it.
  public var isRead: Bool

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// What was done.
    case kind = 1
    /// Who did it.
    case from = 2
    /// In which couple.
    case couple = 3
    /// What it is about.
    case subject = 4
    /// When.
    case createdAt = 5
    /// Whether it was seen.
    case isRead = 6
  }
}
