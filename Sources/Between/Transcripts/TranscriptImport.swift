// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
public import WideColumn

/// Brings the messages of a transcript into a couple's conversation.
///
/// ```swift
/// var importer = TranscriptImport(between, into: couple, names: ["민지": minji, "지수": jisoo], clock: .ahead(minutes: 540))
/// for line in lines { if let message = try reader.add(line) { try await importer.add(message) } }
/// if let last = reader.finish() { try await importer.add(last) }
/// try await importer.finish()
/// ```
///
/// Messages are sent in their order, as texts, by transactions of some hundred. The conversation must not have any that is later than the first one of the transcript, but for those that an import of the
/// same transcript has brought: **one that was cut off is begun again and goes on where it was**, and one that was finished changes nothing.
public struct TranscriptImport<Store: AtomicBatchStore>: Sendable {
  private let service: BetweenService<Store>
  private let couple: RandomID
  private let names: [(name: String, user: RandomID)]
  private let clock: LocalClock
  private let options: TranscriptImportOptions
  private var known: KnownMessages<Store>
  private var pending: [(message: TranscriptMessage, sender: RandomID)] = []
  private var pendingBytes = 0
  private var count = 0
  /// The last message that is the transcript's; nil before there is one.
  private var lastID: UInt64?
  private var result = TranscriptImportResult()

  /// How many messages are sent in one transaction: 128.
  public static var messagesPerTransaction: Int { 128 }
  /// How many bytes of texts are, at about: 1 MiB.
  public static var bytesPerTransaction: Int { 1 << 20 }

  /// An import into a couple's conversation.
  ///
  /// - Parameters:
  ///   - service: The service.
  ///   - couple: The couple.
  ///   - names: Who is called what in the transcript.
  ///   - clock: The clock that the transcript's moments are of.
  ///   - options: What is to be done otherwise.
  public init(
    _ service: BetweenService<Store>, into couple: RandomID, names: [String: RandomID],
    clock: LocalClock, options: TranscriptImportOptions = TranscriptImportOptions()
  ) {
    self.service = service
    self.couple = couple
    self.names = names.map { ($0.key, $0.value) }
    self.clock = clock
    self.options = options
    known = KnownMessages(couple: couple)
  }

  /// Takes the next message.
  ///
  /// Throws `invalidName` for somebody who is neither of the two; `notEmpty` when the conversation has later messages, and others than these, or gets some meanwhile; and as ``Messaging/send(_:from:in:sentAt:token:)``.
  public mutating func add(_ message: TranscriptMessage) async throws {
    count += 1
    if options.skipsPlaceholders, message.isPlaceholder {
      result.skipped += 1
      return
    }
    // Not by ==, which takes names that only look alike for the same.
    let named = names.first { $0.name.utf8.elementsEqual(message.name.utf8) }
    guard let sender = named?.user else {
      throw BetweenError(
        .invalidName, "message \(count), of \(message.moment.date), is by neither of the two")
    }
    let moment = clock.timestamp(message.moment)
    switch try await known.next(from: moment, in: service) {
    case nil: break
    case .some(let there):
      guard there.record.sender == sender, there.record.content == .text(message.text) else {
        throw BetweenError(
          .notEmpty, "the conversation has other messages than message \(count), and later ones")
      }
      lastID = there.key.id()
      result.known += 1
      return
    }
    pending.append((message, sender))
    pendingBytes += message.text.utf8.count
    if pending.count >= Self.messagesPerTransaction || pendingBytes >= Self.bytesPerTransaction {
      try await flush()
    }
  }

  /// Sends the rest; durable as the service's transactions when it returns.
  ///
  /// Throws as ``add(_:)``.
  @discardableResult
  public mutating func finish() async throws -> TranscriptImportResult {
    try await flush()
    if try await known.hasMore(in: service) {
      throw BetweenError(.notEmpty, "the conversation has later messages")
    }
    // Also when all had been sent: one that was begun again may have been cut off here.
    guard options.marksRead, result.sent + result.known > 0 else { return result }
    for user in Set(names.map(\.user)).sorted() {
      try await service.messaging.markRead(by: user, in: couple)
    }
    return result
  }

  private mutating func flush() async throws {
    let (messages, couple, clock) = (pending, couple, clock)
    guard let first = messages.first else { return }
    let before = lastID
    lastID = try await service.write { transaction in
      // Whoever writes meanwhile is later than all that is to come.
      let head = try await service.messaging.conversation(
        of: first.sender, in: couple, in: &transaction)
      guard
        before.map({ $0 == head.issued })
          ?? (head.lastSentAt < clock.timestamp(first.message.moment))
      else {
        throw BetweenError(.notEmpty, "somebody has written in the conversation meanwhile")
      }
      var last = head.issued
      for (message, sender) in messages {
        last = try await service.messaging.send(
          .text(message.text), from: sender, in: couple,
          sentAt: clock.timestamp(message.moment), in: &transaction
        ).id
      }
      return last
    }
    result.sent += messages.count
    pending = []
    pendingBytes = 0
  }
}

/// What an import of a transcript does otherwise.
public struct TranscriptImportOptions: Hashable, Sendable {
  /// Whether both have read the messages, once all are there; by default they have.
  public var marksRead = true
  /// Whether what stands for photos and the like is left out (``TranscriptMessage/isPlaceholder``); by default it is kept as a text.
  public var skipsPlaceholders = false

  /// Creates the default options.
  public init() {}
}

/// What an import of a transcript has come to.
public struct TranscriptImportResult: Hashable, Sendable {
  /// How many messages were sent.
  public var sent = 0
  /// How many were there already, of an import before.
  public var known = 0
  /// How many placeholders were left out.
  public var skipped = 0
}
