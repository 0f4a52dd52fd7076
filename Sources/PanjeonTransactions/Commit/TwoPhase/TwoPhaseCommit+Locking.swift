// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The first phase: locks, and what is done with them when it does not come to a decision.
extension TwoPhaseCommit {
  /// Locks every row that is written, all at once or some at a time.
  ///
  /// Whatever the transaction's durability, a lock must outlive every restart that its owner does: the decision relies on it. Returns what
  /// was in the way; nil when all are locked. Throws errors of the store.
  mutating func prewriteAll() async throws(StoreError) -> AtomicBatchOutcome? {
    var failure: StoreError?
    var refusal: Int?
    for start in stride(from: 0, to: plan.writes.count, by: callsInFlightMax) {
      let places = start..<min(start + callsInFlightMax, plan.writes.count)
      let answers = await store.makeChanges(
        places.map { plan.prewrite(plan.writes[$0], incarnation) }, durability: .disk,
        atMost: callsInFlightMax)
      // A refusal is read again before it is believed: it may come of the call itself, made twice.
      let doubted = zip(places, answers).filter { (try? $0.1.get()) != true }.map(\.0)
      let found = await lookAgain(doubted)
      for (place, answer) in zip(places, answers) {
        holds[place] = found[place] ?? .held
        if holds[place] == .held { continue }
        switch answer {
        case .success: refusal = refusal ?? plan.writes[place].operation
        case .failure(let error): failure = failure ?? error.notCommitted
        }
      }
      if let refusal { return .conditionFailed(operation: refusal) }
      if let failure { throw failure }
      if holds[0] == .held { heartbeat.begin() }
      try await heartbeat.beatIfDue()
      if heartbeat.isGivenUp { return .conditionFailed(operation: plan.primary.operation) }
    }
    return nil
  }

  /// What rows are held, of those whose lock was refused or whose call has failed.
  private func lookAgain(_ places: [Int]) async -> [Int: Hold] {
    let (store, plan) = (store, plan)
    let locked = plan.prewritten.encode()
    let found = await concurrently(places, atMost: callsInFlightMax) { place -> Hold in
      let write = plan.writes[place]
      guard let header = try? await store.header(of: write.name) else { return .inDoubt }
      if header == locked { return .held }
      return header == write.headerBefore ? .inDoubt : .refused
    }
    return Dictionary(uniqueKeysWithValues: zip(places, found))
  }

  /// Frees the rows that it holds; before the decision was sent nobody but the owner could have committed.
  ///
  /// What cannot be done now is done by whoever meets a lock. A lock that may still come finds the primary fenced.
  func abort() async {
    var changes: [(place: Int, change: BatchOperation)] = []
    for (place, write) in plan.writes.enumerated() {
      let held = place == 0 ? heartbeat.header : plan.prewritten
      func free(_ headerBefore: Bytes?) {
        changes.append(
          (place, held.settling(write.name, headerBefore: headerBefore, .aborted, [])))
      }
      switch holds[place] {
      case .held: free(held.encode())
      case .inDoubt where place == 0: free(write.headerBefore)
      case .inDoubt, .refused: break
      }
    }
    let answers = await store.makeChanges(
      changes.map(\.change), durability: .disk, atMost: callsInFlightMax)
    let freed = plan.prewritten.settled(.aborted).encode()
    for ((place, _), answer) in zip(changes, answers) where (try? answer.get()) == true {
      snapshot.noteMoved(
        plan.writes[place].name, from: plan.writes[place].headerBefore, to: freed)
    }
  }
}

extension StoreError {
  /// The error as the commit as a whole ends with it: a lock of unknown outcome is not a commit of unknown outcome.
  var notCommitted: StoreError {
    code == .unknownOutcome
      ? StoreError(.unavailable, "a lock went unanswered; nothing was committed", cause: self)
      : self
  }
}
