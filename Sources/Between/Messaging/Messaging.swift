// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// Sending, reading and deleting messages.
public struct Messaging<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// What sending a message has come to.
  public struct Receipt: Hashable, Sendable {
    /// The message's id, the same on both sides.
    public var id: UInt64
    /// When it was sent.
    public var sentAt: Timestamp
    /// Who it went to.
    public var receiver: RandomID
  }

  /// Sends a message: the commonest transaction of Between.
  ///
  /// Reads the couple's record on its row, and on the row of each of the two reads the metadata of the messages and the conversation's head, in one read, and writes the message, the metadata
  /// and the head. Two who write at the same time conflict, and the later one is run again.
  ///
  /// - Parameters:
  ///   - content: What it says.
  ///   - sender: Who writes it.
  ///   - couple: The couple the sender is in.
  ///   - sentAt: When; nil: now. A moment that is not later than the last message's becomes the one after that.
  /// - Returns: The id, and the moment.
  /// - Throws: `tooLong`, `invalidText`, `notPaired`; errors of the transaction.
  public func send(
    _ content: MessageContent, from sender: RandomID, in couple: RandomID,
    sentAt: Timestamp? = nil
  ) async throws -> Receipt {
    try await service.write { transaction in
      try await send(content, from: sender, in: couple, sentAt: sentAt, in: &transaction)
    }
  }

  /// Sends a message within a transaction; as ``send(_:from:in:sentAt:)``.
  public func send(
    _ content: MessageContent, from sender: RandomID, in couple: RandomID,
    sentAt: Timestamp? = nil, in transaction: inout Transaction<Store>
  ) async throws -> Receipt {
    try content.validate()
    let receiver = try await service.couples.partner(of: sender, in: couple, reader: &transaction)
    let message = Message(sender: sender, sentAt: sentAt ?? service.now, content: content)
    let kept = try await deliver(message, to: sender, in: couple, &transaction)
    let delivered = try await deliver(kept.message, to: receiver, in: couple, &transaction)
    guard kept.id == delivered.id, kept.message == delivered.message else {
      throw BetweenError(
        .inconsistent, "the sides of \(couple) are at \(kept.id) and \(delivered.id)")
    }
    return Receipt(id: kept.id, sentAt: kept.message.sentAt, receiver: receiver)
  }

  private func deliver(
    _ message: Message, to owner: RandomID, in couple: RandomID,
    _ transaction: inout Transaction<Store>
  ) async throws -> (id: UInt64, message: Message) {
    var kept = message
    var given: UInt64 = 0
    let key = Self.key(of: owner, in: couple)
    let inserted = try await transaction.insert(.message, updating: key) { id, conversation in
      let next = conversation.lastSentAt.microseconds.addingReportingOverflow(1)
      guard !next.overflow else { throw BetweenError(.tooMany, "no moment is left to send at") }
      kept.sentAt = max(kept.sentAt, Timestamp(microseconds: next.partialValue))
      given = id
      conversation.issued = id
      conversation.lastSentAt = kept.sentAt
      conversation.lastMessageID = id
      conversation.lastText = kept.content.preview
      if kept.sender != owner { conversation.unreadCount += 1 }
      return kept
    }
    guard inserted != nil else {
      throw BetweenError(.inconsistent, "\(owner) has no conversation of the couple \(couple)")
    }
    return (given, kept)
  }

  /// Marks messages as read, and shows the partner how far.
  ///
  /// Reads the couple's row, reads and writes both users' rows. A mark never goes back. Messages behind the mark that are left unread are counted by reading them.
  ///
  /// - Parameters:
  ///   - user: Who has read.
  ///   - couple: The couple.
  ///   - id: Up to which message; nil: all.
  /// - Throws: `notPaired`; errors of the transaction.
  public func markRead(
    by user: RandomID, in couple: RandomID, through id: UInt64? = nil
  ) async throws {
    try await service.write { transaction in
      try await markRead(by: user, in: couple, through: id, in: &transaction)
    }
  }

  /// Marks messages as read, within a transaction; as ``markRead(by:in:through:)``.
  public func markRead(
    by user: RandomID, in couple: RandomID, through id: UInt64? = nil,
    in transaction: inout Transaction<Store>
  ) async throws {
    let partner = try await service.couples.partner(of: user, in: couple, reader: &transaction)
    let key = Self.key(of: user, in: couple)
    var own = try await conversation(of: user, in: couple, in: &transaction)
    let mark = min(id ?? own.issued, own.issued)
    guard mark > own.readThrough else { return }
    own.readThrough = mark
    own.unreadCount = 0
    if mark < own.lastMessageID {
      own.unreadCount = try await countUnread(behind: mark, key, user, in: &transaction)
    }
    try await transaction.put(own, at: key)
    var other = try await conversation(of: partner, in: couple, in: &transaction)
    other.partnerReadThrough = mark
    try await transaction.put(other, at: Self.key(of: partner, in: couple))
  }

  private func countUnread(
    behind mark: UInt64, _ key: Key<Conversation>, _ user: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws -> UInt64 {
    var count: UInt64 = 0
    var cursor: PageCursor?
    repeat {
      let page = try await transaction.children(
        .message, of: key, in: .after(mark), limit: BetweenLimits.pageMax, after: cursor)
      count += UInt64(page.entries.count { $0.record.sender != user })
      cursor = page.next
    } while cursor != nil
    return count
  }

  static func key(of user: RandomID, in couple: RandomID) -> Key<Conversation> {
    Key(Key(.user, user), .conversation, couple)
  }
}
