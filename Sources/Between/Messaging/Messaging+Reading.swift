// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
public import WideColumn

/// Which end of a conversation comes first.
public enum MessageOrder: Hashable, Sendable {
  /// From the first message on.
  case oldestFirst
  /// From the last message back.
  case newestFirst
}

extension Messaging {
  /// Reads a user's side of a couple's conversation, its head: the last message, the number of unread ones, the marks.
  ///
  /// One read; also after the couple has broken up. Throws `notPaired` when there is none; errors of the reader.
  public func conversation(
    of user: RandomID, in couple: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Conversation {
    guard let conversation = try await reader.get(Self.key(of: user, in: couple)) else {
      throw BetweenError(.notPaired, "\(user) has no conversation of the couple \(couple)")
    }
    return conversation
  }

  /// Reads a page of messages.
  ///
  /// Pages fit together when each goes on where the one before ended, also while others write and delete. Works after the couple has broken up.
  ///
  /// - Parameters:
  ///   - user: Whose side.
  ///   - couple: The couple.
  ///   - order: Which end comes first.
  ///   - ids: Which messages; all by default.
  ///   - limit: How many messages at the most, 1 to 1,000; fewer when their texts have more than ``BetweenLimits/pageBytesMax`` bytes.
  ///   - cursor: Where the page before ended, of the same ids and order; nil for the first.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The messages with their keys; `next` is nil exactly when no more follow.
  /// - Throws: `notPaired`; `DatastoreError` `invalidCursor`; errors of the reader.
  public func page(
    of user: RandomID, in couple: RandomID, _ order: MessageOrder = .newestFirst,
    ids: KeyBounds = .all, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Message> {
    let key = Self.key(of: user, in: couple)
    let limit = BetweenLimits.page(limit)
    var page = Page<Message>(entries: [], next: cursor)
    var bytes = 0
    repeat {
      let piece = try await reader.children(
        .message, of: key, in: ids, order: order == .oldestFirst ? .ascending : .descending,
        limit: min(limit - page.entries.count, Self.messagesPerRead), after: page.next)
      page.entries += piece.entries
      page.next = piece.next
      bytes += piece.entries.reduce(0) { $0 + $1.record.content.textBytes }
    } while page.next != nil && page.entries.count < limit && bytes < BetweenLimits.pageBytesMax
    if page.entries.isEmpty { _ = try await conversation(of: user, in: couple, in: &reader) }
    return page
  }

  /// How many messages are read at once: of the longest texts 64 MiB.
  static var messagesPerRead: Int { 64 }

  /// Reads a page of the messages that were sent within some time.
  ///
  /// - Parameters:
  ///   - moments: From when on, and before when.
  ///   - user: Whose side.
  ///   - couple: The couple.
  ///   - order: Which end comes first; by default the first message.
  ///   - limit: As that of ``page(of:in:_:ids:limit:after:in:)``.
  ///   - cursor: Where the page before ended, of the same moments and order; nil for the first.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The messages; `next` is nil exactly when no more follow.
  /// - Throws: As ``page(of:in:_:ids:limit:after:in:)``.
  /// - Complexity: A page, and the logarithm of the number of messages ever sent, reads of one message each.
  public func page(
    sentIn moments: Range<Timestamp>, of user: RandomID, in couple: RandomID,
    _ order: MessageOrder = .oldestFirst, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Message> {
    let first = try await first(
      sentFrom: moments.lowerBound, of: user, in: couple, in: &reader)
    guard let start: UInt64 = first?.key.id(), let first,
      first.record.sentAt < moments.upperBound
    else { return Page<Message>(entries: [], next: nil) }
    // Between the neighbours of those that are meant, so that the bounds never shrink to leave a cursor out.
    let before = try await reader.children(
      .message, of: Self.key(of: user, in: couple), in: .before(start), order: .descending,
      limit: 1
    ).entries.first
    let behind = try await self.first(
      sentFrom: moments.upperBound, of: user, in: couple, in: &reader)
    let ends: (before: UInt64?, behind: UInt64?) = (before?.key.id(), behind?.key.id())
    return try await page(
      of: user, in: couple, order,
      ids: .between(
        ends.before.map { .exclusive($0) } ?? .unbounded,
        ends.behind.map { .exclusive($0) } ?? .unbounded),
      limit: limit, after: cursor, in: &reader)
  }

  /// Reads a message; nil when it is not there.
  ///
  /// One read. Throws errors of the reader.
  public func message(
    _ id: UInt64, of user: RandomID, in couple: RandomID,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Message? {
    try await reader.get(Key(Self.key(of: user, in: couple), .message, id))
  }

  /// Finds the first message that was sent at a moment or later.
  ///
  /// Ids are in the order of sending, so that no index is needed: it is sought by halving.
  ///
  /// - Parameters:
  ///   - moment: The moment.
  ///   - user: Whose side.
  ///   - couple: The couple.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The message; nil when all are older.
  /// - Throws: `notPaired`; errors of the reader.
  /// - Complexity: The logarithm of the number of messages ever sent, reads of one message each.
  public func first(
    sentFrom moment: Timestamp, of user: RandomID, in couple: RandomID,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Entry<Message>? {
    let key = Self.key(of: user, in: couple)
    let head = try await conversation(of: user, in: couple, in: &reader)
    // Every message below `low` is older; `found` is the least one known that is not.
    var low: UInt64 = 1
    var high = try Conversation.sum(head.lastMessageID, 1)
    var found: Entry<Message>?
    while low < high {
      let middle = low + (high - low) / 2
      let next = try await reader.children(
        .message, of: key, in: .range(middle..<high), limit: 1
      ).entries.first
      guard let next, let id: UInt64 = next.key.id() else {
        high = middle
        continue
      }
      if next.record.sentAt < moment {
        low = id + 1
      } else {
        found = next
        high = middle
      }
    }
    return found
  }
}
