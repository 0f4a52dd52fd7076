// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonTransactions
internal import Synchronization
internal import WideColumn

/// What the clients of a run were told: how many operations ended how, and which messages are there for good.
final class LivesLedger: Sendable {
  /// What came of the operations.
  struct Counts: Hashable, Sendable {
    /// Begun.
    var begun = 0
    /// Done.
    var done = 0
    /// Refused because of what was done before.
    var refused = 0
    /// Ended with an error of the store or of the transaction, by its code.
    var errors: [String: Int] = [:]
    /// Messages that were acknowledged.
    var sent = 0
    /// Of what there is to do what was done, by name.
    var actions: [String: Int] = [:]
  }

  private struct State {
    var counts = Counts()
    var sent: [LifeOutcome.Sent] = []
  }

  private let operations: Int
  private let state = Mutex(State())

  init(operations: Int) { self.operations = operations }

  var counts: Counts { state.withLock { $0.counts } }

  /// Whether there is another operation to be begun.
  func begin() -> Bool {
    state.withLock { state in
      guard state.counts.begun < operations else { return false }
      state.counts.begun += 1
      return true
    }
  }

  /// Whether all operations have been begun.
  var isAtEnd: Bool { state.withLock { $0.counts.begun >= operations } }

  func note(_ outcome: LifeOutcome, of action: LifeAction) {
    state.withLock { state in
      guard outcome.refusal == nil else {
        state.counts.refused += 1
        return
      }
      state.counts.done += 1
      state.counts.actions[String("\(action)".prefix { $0 != "(" }), default: 0] += 1
      guard let sent = outcome.sent else { return }
      state.counts.sent += 1
      state.sent.append(sent)
    }
  }

  /// Counts an error that the faults of a run account for; throws any other.
  func note(_ error: any Error) throws {
    guard let name = Self.expectedName(of: error) else { throw error }
    state.withLock { $0.counts.errors[name, default: 0] += 1 }
  }

  /// The name of an error that a run with faults has; nil for one that nothing accounts for.
  static func expectedName(of error: any Error) -> String? {
    switch error {
    case let error as TransactionError:
      let expected: Set<TransactionError.Code> = [
        .conflict, .retriesExhausted, .deadlineExceeded, .unknownOutcome,
      ]
      return expected.contains(error.code) ? error.code.description : nil
    case let error as StoreError:
      let expected: Set<StoreError.Code> = [.unavailable, .snapshotTooOld]
      return expected.contains(error.code) ? error.code.description : nil
    default: return nil
    }
  }

  /// Looks for every message that was acknowledged, on both sides.
  ///
  /// One that is not there must have been deleted since by the one whose side it is, or with all that the couple had; an audit has counted those that were.
  ///
  /// - Returns: A sentence for each that is lost, the first ones only.
  func lost<Store: AtomicBatchStore>(
    in service: BetweenService<Store>
  ) async throws -> [String] {
    var lost: [String] = []
    for sent in state.withLock({ $0.sent }) where lost.count < Self.lostMax {
      try await service.read { reader in
        guard let couple = try await reader.get(Key(.relationship, sent.couple)),
          couple.isPurging != true
        else { return }
        for user in [sent.sender, sent.receiver] {
          guard let what = try await Self.loss(of: sent, user, service, in: &reader) else {
            continue
          }
          lost.append(
            "the message \(sent.id) of the couple \(sent.couple), acknowledged, \(what) on \(user)'s side"
          )
        }
      }
    }
    return lost
  }

  private static var lostMax: Int { 10 }

  /// What has become of a message on a side; nil when all is well.
  private static func loss<Store: AtomicBatchStore>(
    of sent: LifeOutcome.Sent, _ user: RandomID, _ service: BetweenService<Store>,
    in reader: inout DatastoreSnapshot<Store>
  ) async throws -> String? {
    let messaging = service.messaging
    let message = try await messaging.message(sent.id, of: user, in: sent.couple, in: &reader)
    guard let message else {
      let head = try await messaging.conversation(of: user, in: sent.couple, in: &reader)
      if head.issued < sent.id { return "was never sent" }
      return head.deletedCount > 0 ? nil : "is gone, and none was deleted"
    }
    let isSame =
      message.sender == sent.sender && message.sentAt == sent.sentAt
      && message.content == sent.content
    return isSame ? nil : "is another one"
  }
}
