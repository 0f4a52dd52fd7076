// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
internal import WideColumn

extension Messaging {
  /// Deletes a message on one side; the partner keeps it.
  ///
  /// Its id is not given again. Reads and writes the user's row; of a photo or a voice that of its bytes in `!blobs!` as well, which are collected once nothing names them. Works after the
  /// couple has broken up.
  ///
  /// - Parameters:
  ///   - id: The message.
  ///   - user: On whose side.
  ///   - couple: The couple.
  /// - Throws: `notPaired`, `noSuchObject`; errors of the transaction.
  public func delete(_ id: UInt64, of user: RandomID, in couple: RandomID) async throws {
    try await service.write { transaction in
      try await delete(id, of: user, in: couple, in: &transaction)
    }
  }

  /// Deletes a message on one side, within a transaction; as ``delete(_:of:in:)``.
  public func delete(
    _ id: UInt64, of user: RandomID, in couple: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws {
    let key = Self.key(of: user, in: couple)
    var head = try await conversation(of: user, in: couple, in: &transaction)
    guard let message = try await transaction.get(Key(key, .message, id)) else {
      throw BetweenError(.noSuchObject, "there is no message \(id)")
    }
    try await transaction.delete(Key(key, .message, id))
    head.deletedCount = try Conversation.sum(head.deletedCount, 1)
    if message.sender != user, id > head.readThrough {
      head.unreadCount = try Conversation.difference(head.unreadCount, 1)
    }
    if id == head.lastMessageID {
      let before = try await transaction.children(
        .message, of: key, in: .before(id), order: .descending, limit: 1
      ).entries.first
      head.lastMessageID = before?.key.id() ?? 0
      head.lastText = before?.record.content.preview ?? ""
    }
    try await transaction.put(head, at: key)
  }
}
