// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// That the partner has done something.
///
/// To tell a phone as it happens, observe the user's notifications (`Datastore.changes`).
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
    /// The partner has broken up.
    public static let brokeUp = Kind(rawValue: 5)
    /// The partner wants to be a couple again.
    public static let restorationAsked = Kind(rawValue: 6)
    /// They are a couple again.
    public static let restored = Kind(rawValue: 7)
    /// Somebody has taken the invitation: they are a couple.
    public static let paired = Kind(rawValue: 8)
  }

  /// What was done.
  public var kind: Kind
  /// Who did it.
  public var from: RandomID
  /// In which couple.
  public var couple: RandomID
  /// The id of what it is about; see ``subject``.
  public var subjectID: UInt64?
  /// When.
  public var createdAt: Timestamp
  /// Whether the user has seen it.
  public var isRead: Bool
  /// The number of the type of what it is about; see ``subject``.
  public var subjectType: Int?

  /// What it is about: what was shared, or commented on.
  ///
  /// It may have been deleted since. Nil for what is about the couple.
  public var subject: NotificationSubject? {
    guard let subjectType, let subjectID else { return nil }
    return NotificationSubject(typeNumber: subjectType, id: subjectID)
  }

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// What was done.
    case kind = 1
    /// Who did it.
    case from = 2
    /// In which couple.
    case couple = 3
    /// The id of what it is about.
    case subjectID = 4
    /// When.
    case createdAt = 5
    /// Whether it was seen.
    case isRead = 6
    /// The type of what it is about.
    case subjectType = 7
  }
}
