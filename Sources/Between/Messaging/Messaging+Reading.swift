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
  ///   - id: The last id of the page before; nil for the first.
  ///   - limit: How many messages at the most, 1 to 1,000.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The messages with their keys, fewer than `limit` only at the end.
  /// - Throws: `notPaired`; errors of the reader.
  /// - Complexity: The head and as many messages as are returned; where some were deleted, a few more reads.
  public func page(
    of user: RandomID, in couple: RandomID, _ order: MessageOrder = .newestFirst,
    after id: UInt64? = nil, limit: Int, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> [Entry<Message>] {
    let key = Self.key(of: user, in: couple)
    let limit = BetweenLimits.page(limit)
    if order == .oldestFirst {
      return try await reader.children(
        .message, of: key, in: .after(id ?? 0), limit: limit
      ).entries
    }
    let head = try await conversation(of: user, in: couple, in: &reader)
    // Rows are read forwards: begin so far before the end that the page is there, if none was deleted; else go on back.
    var stop = min(id ?? .max, head.lastMessageID + 1)
    var width = UInt64(limit)
    var page: [Entry<Message>] = []
    while page.count < limit, stop > 1 {
      let start = stop > width ? stop - width : 1
      let found = try await reader.children(
        .message, of: key, in: .range(start..<stop), order: .descending,
        limit: limit - page.count)
      page += found.entries
      stop = start
      width = min(width * 2, UInt64(BetweenLimits.pageMax))
    }
    return page
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
  /// Ids are in the order of sending, so that no index is needed: it is sought by halving. To show what was said on a day, read a page ``MessageOrder/oldestFirst`` after the id before.
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
    var high = head.lastMessageID + 1
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
