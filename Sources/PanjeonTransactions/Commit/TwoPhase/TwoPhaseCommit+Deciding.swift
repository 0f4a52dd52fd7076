// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The second phase: what was only read is looked at once more, and the primary decides.
extension TwoPhaseCommit {
  /// Looks at all that was only read, once every row that is written is locked; returns what has changed.
  ///
  /// Throws errors of the store; `invalidArgument` for a range that was not scanned through this store's snapshot.
  func firstChange() async throws(StoreError) -> AtomicBatchOutcome? {
    for range in plan.ranges where !snapshot.covers(range) {
      throw StoreError(
        .invalidArgument,
        "rows \(range.rows) of table '\(range.table)' were not scanned: a store without snapshots cannot tell what they were"
      )
    }
    let dependencies =
      plan.reads.map { ReadDependency.row($0.name, $0.header) }
      + plan.ranges.map(ReadDependency.range)
    let heartbeat = heartbeat
    let changed = try await store.firstChange(
      of: dependencies, snapshot, plan.ranges.isEmpty ? nil : HeldRows(plan),
      atMost: callsInFlightMax
    ) { () async throws(StoreError) in try await heartbeat.beatIfDue() }
    if heartbeat.isGivenUp { return .conditionFailed(operation: plan.primary.operation) }
    guard let (place, row) = changed else { return nil }
    return place < plan.reads.count
      ? .conditionFailed(operation: plan.reads[place].operation)
      : .rangeChanged(range: place - plan.reads.count, row: row)
  }

  /// Has the primary decide.
  ///
  /// Throws `unknownOutcome` when that has no answer and cannot be asked for; `unavailable`, with nothing committed.
  func decide() async throws(StoreError) -> End {
    if store.incarnation != incarnation {
      throw StoreError(
        .unavailable, "the store is in another life than the one in which its rows were locked")
    }
    do throws(StoreError) {
      if try await sendDecision() { return .committed(locks) }
    } catch {
      if error.code == .unavailable {
        await abort()
        throw error
      }
    }
    return try await ask()
  }

  private func sendDecision() async throws(StoreError) -> Bool {
    if plan.writes.count > 1 {
      return try await heartbeat.rewrite(
        to: heartbeat.header.rewritten(.committed), durability: durability)
    }
    // Nobody else asks for the decision: the row need not keep it.
    let header = heartbeat.header
    let change = header.settling(
      plan.primary.name, headerBefore: header.encode(), .committed, plan.primary.changes)
    return try await store.checkAndMutate(
      change.operation, in: change.table, durability: durability)
  }

  /// The locks to be ended after the decision; nil when there are none.
  private var locks: CommittedLocks? {
    if plan.writes.count == 1 { return nil }
    return CommittedLocks(
      primary: lock(plan.primary, heartbeat.header.rewritten(.committed)),
      secondaries: plan.writes.dropFirst().map { lock($0, plan.prewritten) })
  }

  /// The lock of a row as this commit has left it.
  private func lock(_ write: CommitPlan.Write, _ header: LockHeader) -> Lock {
    Lock(
      name: write.name, bytes: header.encode(), header: header,
      intents: plan.intents(of: write, incarnation))
  }

  /// What an answer of the primary comes to.
  private enum Answer {
    case end(End)
    case again
    case overwritten
  }

  /// Asks the primary what has become of a decision that was refused, or not answered; while it says nothing, it is moved on, so
  /// that the decision cannot be made any more.
  private func ask() async throws(StoreError) -> End {
    var cause: StoreError?
    for _ in 0..<Self.asksMax {
      do throws(StoreError) {
        switch try await askPrimary() {
        case .end(let end): return end
        case .overwritten: break
        case .again:
          try? await resolver.clock.sleep(for: Self.askWait)
          continue
        }
      } catch {
        cause = error
        try? await resolver.clock.sleep(for: Self.askWait)
        continue
      }
      break
    }
    throw StoreError(
      .unknownOutcome, "the decision went unanswered, and its row does not tell", cause: cause)
  }

  private static var asksMax: Int { 16 }
  private static var askWait: Duration { .milliseconds(5) }

  private func askPrimary() async throws(StoreError) -> Answer {
    let name = plan.primary.name
    let bytes = try await store.header(of: name)
    let refused = End.refused(.conditionFailed(operation: plan.primary.operation))
    if let header = bytes.flatMap(LockHeader.init(decoding:)),
      header.isOfSameCommit(as: plan.outcome)
    {
      switch header.ownDecision {
      case .committed: return .end(.committed(header.state == .committed ? locks : nil))
      case .aborted: return .end(refused)
      case .undecided, .unknown: break
      }
    } else if bytes != plan.primary.headerBefore {
      return try await askSecondaries(refused)
    }
    guard try await resolver.giveUp(name, headerBefore: bytes, plan.outcome) else { return .again }
    await abort()
    return .end(refused)
  }

  /// What is left of the secondaries may tell when others have written to the primary since.
  ///
  /// One that is locked still was not committed: the primary is freed last.
  private func askSecondaries(_ refused: End) async throws(StoreError) -> Answer {
    let names = plan.writes.dropFirst().map(\.name)
    for bytes in try await store.headers(of: names, atMost: callsInFlightMax) {
      guard let header = bytes.flatMap(LockHeader.init(decoding:)),
        header.isOfSameCommit(as: plan.outcome)
      else { continue }
      return .end(header.ownDecision == .committed ? .committed(nil) : refused)
    }
    return .overwritten
  }
}

/// The locks of a committed transaction, as its owner knows them.
struct CommittedLocks: Sendable {
  let primary: Lock
  let secondaries: [Lock]
}
