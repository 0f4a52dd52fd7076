// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// A user's conversation, read from a snapshot: pages of it fit together.
public struct Conversation<Store: SnapshotStore>: Sendable {
  /// Which end of a conversation comes first.
  public enum Order: Hashable, Sendable {
    /// From the first message on.
    case oldestFirst
    /// From the last message back.
    case newestFirst
  }

  private let owner: ObjectID
  private let snapshot: SnapshotTransaction<Store>

  /// Reads the conversation that `owner` keeps.
  public init(of owner: ObjectID, at snapshot: SnapshotTransaction<Store>) {
    self.owner = owner
    self.snapshot = snapshot
  }

  /// How many messages there are and which id comes next.
  ///
  /// Throws `malformedRecord`; errors of the store.
  public func collection() async throws -> MessageCollection {
    let record = try await value(MessageCollection.qualifier)
    return try record.map(MessageCollection.init(decoding:)) ?? MessageCollection()
  }

  /// The last message and the number of unread ones.
  ///
  /// Throws `malformedRecord`; errors of the store.
  public func head() async throws -> ConversationHead {
    let record = try await value(ConversationHead.qualifier)
    return try record.map(ConversationHead.init(decoding:)) ?? ConversationHead()
  }

  /// Reads a page of messages.
  ///
  /// - Parameters:
  ///   - order: Which end comes first.
  ///   - message: Where the page before ended: the last id it held; nil for the first page.
  ///   - limit: How many messages to return at the most, at least one.
  /// - Returns: The messages, fewer than `limit` only at the end.
  /// - Throws: `malformedRecord`; errors of the store.
  public func page(
    _ order: Order, after message: UInt64? = nil, limit: Int
  ) async throws -> [Message] {
    precondition(limit >= 1, "a page holds at least one message")
    switch order {
    case .oldestFirst:
      let first = message.map { $0 + 1 } ?? 0
      return try await read(Qualifier.members(of: .message, from: first), limit: limit)
    case .newestFirst:
      var stop: UInt64
      if let message { stop = message } else { stop = try await collection().nextID }
      var page: [Message] = []
      // Ids may have gaps where messages were deleted: go on back until the page is full.
      while page.count < limit, stop > 0 {
        let start = stop > UInt64(limit) ? stop - UInt64(limit) : 0
        let found = try await read(
          Qualifier.members(of: .message, from: start, to: stop), limit: limit)
        page += found.reversed().prefix(limit - page.count)
        stop = start
      }
      return page
    }
  }

  private func read(_ qualifiers: KeyRange, limit: Int) async throws -> [Message] {
    var columns = ColumnSelection()
    columns.add(family: BetweenSchema.dataFamily, qualifiers: qualifiers)
    let get = Get(owner.bytes, columns: columns, cellsMax: limit)
    var messages: [Message] = []
    for cell in try await snapshot.get(get, in: BetweenSchema.user).map(Array.init) ?? [] {
      guard let id = Qualifier.memberID(cell.column.qualifier) else {
        throw BetweenError.malformedRecord
      }
      messages.append(try Message(id: id, decoding: cell.value))
    }
    return messages
  }

  private func value(_ qualifier: Bytes) async throws -> Bytes? {
    var columns = ColumnSelection()
    columns.add(family: BetweenSchema.dataFamily, qualifier: qualifier)
    let row = try await snapshot.get(Get(owner.bytes, columns: columns), in: BetweenSchema.user)
    return row?.value(family: BetweenSchema.dataFamily, qualifier: qualifier)
  }
}
