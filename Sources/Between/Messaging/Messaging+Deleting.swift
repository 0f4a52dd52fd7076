// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
internal import WideColumn

extension Messaging {
  /// Deletes a message on one side; the partner keeps it.
  ///
  /// Its id is not given again.
  ///
  /// Reads and writes the user's row; of a photo or a voice reads the partner's, and once neither has it any more, deletes the bytes after the commit. Works after the couple has
  /// broken up.
  ///
  /// - Parameters:
  ///   - id: The message.
  ///   - user: On whose side.
  ///   - couple: The couple.
  /// - Throws: `notPaired`, `noSuchObject`; errors of the transaction; `BlobError`, when the message is deleted already and its bytes are garbage.
  public func delete(_ id: UInt64, of user: RandomID, in couple: RandomID) async throws {
    let unnamed = try await service.writeToDisk { transaction in
      try await delete(id, of: user, in: couple, in: &transaction)
    }
    try await service.free(unnamed)
  }

  /// Deletes a message on one side, within a transaction; as ``delete(_:of:in:)``.
  ///
  /// - Returns: The bytes that no message names any more; to be deleted from the blob store **after the commit, which is to be on disk**.
  public func delete(
    _ id: UInt64, of user: RandomID, in couple: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws -> [Blob] {
    let key = Self.key(of: user, in: couple)
    var head = try await conversation(of: user, in: couple, in: &transaction)
    guard let message = try await transaction.get(Key(key, .message, id)) else {
      throw BetweenError(.noSuchObject, "there is no message \(id)")
    }
    let unnamed = try await blobs(
      of: [(id, message)], notAlsoOf: Self.key(of: head.partner, in: couple), in: &transaction)
    try await transaction.delete(Key(key, .message, id))
    head.deletedCount += 1
    if message.sender != user, id > head.readThrough, head.unreadCount > 0 {
      head.unreadCount -= 1
    }
    if id == head.lastMessageID {
      let before = try await page(
        of: user, in: couple, .newestFirst, after: id, limit: 1, in: &transaction
      ).first
      head.lastMessageID = before?.key.id() ?? 0
      head.lastText = before?.record.content.preview ?? ""
    }
    try await transaction.put(head, at: key)
    return unnamed
  }

  /// The bytes of messages that the partner does not have any more.
  private func blobs(
    of messages: [(id: UInt64, message: Message)], notAlsoOf other: Key<Conversation>,
    in transaction: inout Transaction<Store>
  ) async throws -> [Blob] {
    let naming = messages.filter { $0.message.content.blob != nil }
    if naming.isEmpty { return [] }
    let copies = try await transaction.get(naming.map { Key(other, .message, $0.id) })
    return zip(naming, copies).compactMap { $1 == nil ? $0.message.content.blob : nil }
  }

  /// Deletes the first messages of a side that is being purged.
  ///
  /// - Returns: How many there were, and the bytes that no message names any more.
  func deletePiece(
    of key: Key<Conversation>, partner: RandomID, limit: Int,
    in transaction: inout Transaction<Store>
  ) async throws -> (count: Int, unnamed: [Blob]) {
    guard let couple: RandomID = key.id(),
      var head = try await transaction.get(key)
    else { return (0, []) }
    let page = try await transaction.children(.message, of: key, limit: limit)
    if page.entries.isEmpty { return (0, []) }
    let unnamed = try await blobs(
      of: page.entries.map { ($0.key.id() ?? 0, $0.record) },
      notAlsoOf: Self.key(of: partner, in: couple), in: &transaction)
    for entry in page.entries { try await transaction.delete(entry.key) }
    head.deletedCount += UInt64(page.entries.count)
    try await transaction.put(head, at: key)
    return (page.entries.count, unnamed)
  }
}
