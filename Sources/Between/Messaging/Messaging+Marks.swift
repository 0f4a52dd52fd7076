// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
internal import WideColumn

extension Messaging {
  /// Marks messages as read, and shows the partner how far.
  ///
  /// Reads the couple's row, reads and writes both users' rows. A mark never goes back. Of the messages between the old mark and the last one those before the new mark or those behind it are
  /// counted by reading them, whichever are fewer ids.
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
    own.unreadCount = try await unread(of: own, behind: mark, key, user, in: &transaction)
    own.readThrough = mark
    try await transaction.put(own, at: key)
    var other = try await conversation(of: partner, in: couple, in: &transaction)
    other.partnerReadThrough = mark
    try await transaction.put(other, at: Self.key(of: partner, in: couple))
  }

  /// How many messages of the partner there are behind a mark that is later than the one there was.
  private func unread(
    of head: Conversation, behind mark: UInt64, _ key: Key<Conversation>, _ user: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws -> UInt64 {
    if head.unreadCount == 0 || mark >= head.lastMessageID { return 0 }
    if head.lastMessageID - mark < mark - head.readThrough {
      return try await count(.after(mark), key, notFrom: user, in: &transaction)
    }
    let read = try await count(
      .between(.exclusive(head.readThrough), .inclusive(mark)), key, notFrom: user,
      in: &transaction)
    return try Conversation.difference(head.unreadCount, read)
  }

  private func count(
    _ ids: KeyBounds, _ key: Key<Conversation>, notFrom user: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws -> UInt64 {
    var count: UInt64 = 0
    var cursor: PageCursor?
    repeat {
      let page = try await transaction.children(
        .message, of: key, in: ids, limit: Self.messagesPerRead, after: cursor)
      count += UInt64(page.entries.count { $0.record.sender != user })
      cursor = page.next
    } while cursor != nil
    return count
  }
}
