// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// One commit in two phases, by its owner: all rows locked, what was read looked at once more, the decision on the primary.
///
/// The protocol is the page *TwoPhases*; the names are those of `Specs/TwoPhaseCommit`.
struct TwoPhaseCommit<Store: WideColumnStore> {
  /// What is known of a row's lock.
  enum Hold {
    case held, refused
    /// The call may still come.
    case inDoubt
  }

  /// How it ended.
  enum End {
    /// With the locks that are to be ended, if there are any.
    case committed(CommittedLocks?)
    case refused(AtomicBatchOutcome)
  }

  let store: Store
  let resolver: LockResolver<Store>
  let snapshot: TwoPhaseSnapshot
  let schemas: SchemaCache
  let durability: Durability
  var plan: CommitPlan
  var holds: [Hold]
  let heartbeat: Heartbeat<Store>
  /// The life of the store in which the commit began: in another one it means nothing.
  let incarnation: StoreIncarnation

  init(
    _ plan: CommitPlan, _ resolver: LockResolver<Store>, _ snapshot: TwoPhaseSnapshot,
    _ schemas: SchemaCache, _ durability: Durability
  ) {
    self.schemas = schemas
    self.plan = plan
    self.resolver = resolver
    self.snapshot = snapshot
    self.durability = durability
    store = resolver.store
    incarnation = resolver.store.incarnation
    holds = [Hold](repeating: .refused, count: plan.writes.count)
    heartbeat = Heartbeat(plan, resolver)
  }

  var callsInFlightMax: Int { resolver.options.callsInFlightMax }

  /// Commits.
  ///
  /// Throws `unknownOutcome` when the primary cannot be asked what has become of the decision; other errors with nothing committed.
  mutating func run() async throws(StoreError) -> End {
    if let place = plan.tooOld { return .refused(.conditionFailed(operation: place)) }
    try await plan.check(against: store, schemas)
    if let place = try await plan.resolveChanges(in: store, schemas, atMost: callsInFlightMax) {
      return .refused(.conditionFailed(operation: place))
    }
    if plan.writes.count == 1, plan.reads.isEmpty, plan.ranges.isEmpty {
      return try await commitAlone()
    }
    do throws(StoreError) {
      // In the same round: what is known of the tables may be old.
      async let shapes = schemas.refreshed(plan.tablesWritten, in: store)
      if let refused = try await prewriteAll() {
        await abort()
        return .refused(refused)
      }
      try plan.checkFamilies(try await shapes.get())
      if let changed = try await firstChange() {
        await abort()
        return .refused(changed)
      }
    } catch {
      await abort()
      throw error
    }
    return try await decide()
  }

  /// One row, and nothing that is only read: the condition, the header and the changes in one call.
  private func commitAlone() async throws(StoreError) -> End {
    let write = plan.primary
    let change = plan.outcome.settling(
      write.name, headerBefore: write.headerBefore, .committed, write.changes)
    let isMade = try await store.checkAndMutate(
      change.operation, in: change.table, durability: durability)
    if isMade { return .committed(nil) }
    if try await isMadeAfterAll() { return .committed(nil) }
    return .refused(.conditionFailed(operation: write.operation))
  }

  /// Whether the row has been changed by the call that was refused, made twice on its way.
  ///
  /// Throws `unknownOutcome` when the row does not tell.
  private func isMadeAfterAll() async throws(StoreError) -> Bool {
    var cause: StoreError?
    do throws(StoreError) {
      for round in 0..<Self.looksMax {
        // What was in the way may not be visible yet.
        await resolver.rest(before: round)
        let bytes = try await store.header(of: plan.primary.name)
        if let header = bytes.flatMap(LockHeader.init(decoding:)),
          header.isOfSameCommit(as: plan.outcome)
        {
          return header.ownDecision == .committed
        }
        if bytes != plan.primary.headerBefore { return false }
      }
    } catch {
      cause = error
    }
    throw StoreError(
      .unknownOutcome, "the change was refused, and its row does not tell why", cause: cause)
  }

  private static var looksMax: Int { 8 }
}
