// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// Sending and reading messages.
public enum Messaging {
  /// The longest message, in bytes of UTF-8: 1 MiB.
  public static let textBytesMax = 1 << 20

  /// What sending a message has come to: its number in each partner's row.
  public struct Receipt: Hashable, Sendable {
    /// The number of the message in the sender's conversation.
    public var senderMessageID: UInt64
    /// The receiver.
    public var receiver: ObjectID
    /// The number of the message in the receiver's conversation.
    public var receiverMessageID: UInt64
  }

  /// Sends a message: the commonest transaction of Between.
  ///
  /// Reads the couple's profile on the relationship's row, and on the sender's and the receiver's row each reads the
  /// message collection's metadata and writes the message, the metadata and the conversation's head.
  ///
  /// - Parameters:
  ///   - text: The message, UTF-8.
  ///   - sender: Who writes it.
  ///   - couple: The couple the sender is in.
  ///   - sentAtMicroseconds: When, in microseconds since the Unix epoch.
  ///   - transaction: The transaction to do it in.
  /// - Returns: The numbers the message was given.
  /// - Throws: `textTooLong`, `notPaired`; errors of the transaction.
  public static func send<Store: AtomicBatchStore>(
    _ text: Bytes, from sender: ObjectID, in couple: ObjectID, sentAtMicroseconds: Int64,
    in transaction: inout Transaction<Store>
  ) async throws -> Receipt {
    guard text.count <= textBytesMax else { throw BetweenError.textTooLong }
    let relationship = try await Couples.relationship(couple, in: &transaction)
    guard let receiver = relationship.partner(of: sender) else { throw BetweenError.notPaired }
    var message = Message(
      id: 0, sender: sender, text: text, sentAtMicroseconds: sentAtMicroseconds)
    let senderID = try await deliver(&message, to: sender, isRead: true, in: &transaction)
    let receiverID = try await deliver(&message, to: receiver, isRead: false, in: &transaction)
    return Receipt(
      senderMessageID: senderID, receiver: receiver, receiverMessageID: receiverID)
  }

  private static func deliver<Store: AtomicBatchStore>(
    _ message: inout Message, to owner: ObjectID, isRead: Bool,
    in transaction: inout Transaction<Store>
  ) async throws -> UInt64 {
    let family = BetweenSchema.dataFamily
    var columns = ColumnSelection()
    columns.add(family: family, qualifier: MessageCollection.qualifier)
    columns.add(family: family, qualifier: ConversationHead.qualifier)
    let row = try await transaction.get(Get(owner.bytes, columns: columns), in: BetweenSchema.user)
    var collection =
      try row?.value(family: family, qualifier: MessageCollection.qualifier)
      .map(MessageCollection.init(decoding:)) ?? MessageCollection()
    var head =
      try row?.value(family: family, qualifier: ConversationHead.qualifier)
      .map(ConversationHead.init(decoding:)) ?? ConversationHead()
    message.id = collection.nextID
    collection.nextID += 1
    collection.count += 1
    head.lastMessageID = message.id
    head.lastText = message.text
    head.unreadCount += isRead ? 0 : 1
    var put = Put(owner.bytes)
    put.add(
      family: family, qualifier: Qualifier.member(.message, message.id), value: message.encode())
    put.add(
      family: family, qualifier: MessageCollection.qualifier, value: collection.encode())
    put.add(family: family, qualifier: ConversationHead.qualifier, value: head.encode())
    try transaction.put(put, in: BetweenSchema.user)
    return message.id
  }
}
