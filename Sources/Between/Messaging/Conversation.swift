// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import WideColumn

/// One partner's side of a couple's conversation, its head: what a list of conversations shows, and what is needed to send.
///
/// A child of the user with the couple's id, above its messages; so a user who has been in two couples has two, and ids count from one in each.
public struct Conversation: Record, Hashable {
  /// Number 6, below a user.
  public static let objectType = ObjectType<Conversation>(6, "conversation")

  /// The other of the two.
  public var partner: RandomID
  /// The id of the message that was sent last, whether or not it is still there; 0 for none.
  public var issued: UInt64 = 0
  /// When that was.
  public var lastSentAt: Timestamp = 0
  /// The id of the last message that is there; 0 for none.
  public var lastMessageID: UInt64 = 0
  /// The beginning of its text.
  public var lastText = ""
  /// How many messages of the partner behind ``readThrough`` there are.
  public var unreadCount: UInt64 = 0
  /// Up to which id the user has read.
  public var readThrough: UInt64 = 0
  /// Up to which id the partner has read.
  public var partnerReadThrough: UInt64 = 0
  /// How many messages have been deleted on this side.
  public var deletedCount: UInt64 = 0

  /// How many messages there are on this side.
  public var count: UInt64 { issued >= deletedCount ? issued - deletedCount : 0 }

  /// What the user has sent last with a token, the oldest first, at most ``BetweenLimits/recentTokensMax``; nil for nothing.
  public var recentTokens: [SentToken]?

  /// Creates an empty conversation.
  public init(partner: RandomID) { self.partner = partner }

  /// The fields' numbers.
  public enum CodingKeys: Int, CodingKey {
    /// The other.
    case partner = 1
    /// The last id that was given.
    case issued = 2
    /// When.
    case lastSentAt = 3
    /// The last message there is.
    case lastMessageID = 4
    /// The beginning of its text.
    case lastText = 5
    /// How many are unread.
    case unreadCount = 6
    /// Up to where the user has read.
    case readThrough = 7
    /// Up to where the partner has read.
    case partnerReadThrough = 8
    /// How many have been deleted.
    case deletedCount = 9
    /// What was sent last with a token.
    case recentTokens = 10
  }
}

extension Conversation {
  /// Notes a message that comes with an id on its owner's side, and returns it as it is kept.
  ///
  /// Throws `inconsistent`, `tooMany`.
  mutating func take(
    _ message: Message, as id: UInt64, on owner: RandomID
  ) throws(BetweenError) -> Message {
    let next = lastSentAt.microseconds.addingReportingOverflow(1)
    guard !next.overflow else { throw BetweenError(.tooMany, "no moment is left to send at") }
    var kept = message
    kept.sentAt = max(kept.sentAt, Timestamp(microseconds: next.partialValue))
    issued = id
    lastSentAt = kept.sentAt
    lastMessageID = id
    lastText = kept.content.preview
    if kept.sender != owner { unreadCount = try Self.sum(unreadCount, 1) }
    return kept
  }

  /// Remembers what a message was sent with, and forgets the oldest of too many.
  mutating func remember(_ token: RandomID, _ id: UInt64, _ sentAt: Timestamp) {
    let tokens = (recentTokens ?? []) + [SentToken(token: token, id: id, sentAt: sentAt)]
    recentTokens = tokens.suffix(BetweenLimits.recentTokensMax)
  }

  /// A count that has been read, and so much more.
  ///
  /// Throws `inconsistent` where there is no such number.
  static func sum(_ count: UInt64, _ more: UInt64) throws(BetweenError) -> UInt64 {
    let (sum, overflows) = count.addingReportingOverflow(more)
    guard !overflows else {
      throw BetweenError(.inconsistent, "a conversation counts \(count), and \(more) more")
    }
    return sum
  }

  /// A count that has been read, and so much less.
  ///
  /// Throws `inconsistent` where there is no such number.
  static func difference(_ count: UInt64, _ less: UInt64) throws(BetweenError) -> UInt64 {
    let (difference, overflows) = count.subtractingReportingOverflow(less)
    guard !overflows else {
      throw BetweenError(.inconsistent, "a conversation counts \(count), and \(less) less")
    }
    return difference
  }
}
