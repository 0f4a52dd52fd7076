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
    /// Whether it was sent now; false when it had been, with the same token.
    public var isNew: Bool
  }

  /// Sends a message: the commonest transaction of Between.
  ///
  /// Reads the couple's record on its row, and on the row of each of the two reads the metadata of the messages and the conversation's head, in one read, and writes the message, the metadata
  /// and the head; of a photo or a voice also the row of its bytes in `!blobs!`. Two who write at the same time conflict, and the later one is run again.
  ///
  /// - Parameters:
  ///   - content: What it says; the bytes of a photo or a voice have been uploaded (`BetweenService.upload`).
  ///   - sender: Who writes it.
  ///   - couple: The couple the sender is in.
  ///   - sentAt: When; nil: now. A moment that is not later than the last message's becomes the one after that.
  ///   - token: What the client names this message by, drawn anew for each: sent again with one of the sender's last ``BetweenLimits/recentTokensMax`` tokens, for the answer was lost, it is
  ///     not sent twice, and the receipt is that of the first time. Nil: nothing is remembered.
  /// - Returns: The id, and the moment.
  /// - Throws: `tooLong`, `invalidText`, `notPaired`; `invalidDate` when `sentAt` lies more than ``BetweenOptions/sentAheadMax`` ahead; `DatastoreError` `blobGone` when the bytes were not
  ///   uploaded, or too long ago; errors of the transaction.
  public func send(
    _ content: MessageContent, from sender: RandomID, in couple: RandomID,
    sentAt: Timestamp? = nil, token: RandomID? = nil
  ) async throws -> Receipt {
    try await service.write { transaction in
      try await send(
        content, from: sender, in: couple, sentAt: sentAt, token: token, in: &transaction)
    }
  }

  /// Sends a message within a transaction; as ``send(_:from:in:sentAt:token:)``.
  public func send(
    _ content: MessageContent, from sender: RandomID, in couple: RandomID,
    sentAt: Timestamp? = nil, token: RandomID? = nil, in transaction: inout Transaction<Store>
  ) async throws -> Receipt {
    try content.validate()
    let now = service.now
    if let sentAt, sentAt > now.advanced(by: service.options.sentAheadMax) {
      throw BetweenError(.invalidDate, "it is \(now), and nothing was sent at \(sentAt)")
    }
    let receiver = try await service.couples.partner(of: sender, in: couple, reader: &transaction)
    if let token {
      let head = try await conversation(of: sender, in: couple, in: &transaction)
      if let sent = head.recentTokens?.first(where: { $0.token == token }) {
        return Receipt(id: sent.id, sentAt: sent.sentAt, receiver: receiver, isNew: false)
      }
    }
    let message = Message(sender: sender, sentAt: sentAt ?? now, content: content)
    let kept = try await deliver(message, to: sender, in: couple, token, &transaction)
    let delivered = try await deliver(kept.message, to: receiver, in: couple, nil, &transaction)
    guard kept.id == delivered.id, kept.message == delivered.message else {
      throw BetweenError(
        .inconsistent, "the sides of \(couple) are at \(kept.id) and \(delivered.id)")
    }
    return Receipt(
      id: kept.id, sentAt: kept.message.sentAt, receiver: receiver, isNew: true)
  }

  private func deliver(
    _ message: Message, to owner: RandomID, in couple: RandomID, _ token: RandomID?,
    _ transaction: inout Transaction<Store>
  ) async throws -> (id: UInt64, message: Message) {
    var kept = message
    var given: UInt64 = 0
    let key = Self.key(of: owner, in: couple)
    let inserted = try await transaction.insert(.message, updating: key) { id, conversation in
      kept = try conversation.take(message, as: id, on: owner)
      given = id
      if let token { conversation.remember(token, id, kept.sentAt) }
      return kept
    }
    guard inserted != nil else {
      throw BetweenError(.inconsistent, "\(owner) has no conversation of the couple \(couple)")
    }
    return (given, kept)
  }

  static func key(of user: RandomID, in couple: RandomID) -> Key<Conversation> {
    Key(Key(.user, user), .conversation, couple)
  }
}
