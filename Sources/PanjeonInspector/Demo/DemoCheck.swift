// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import PanjeonTransactions
internal import WideColumn

/// Opens the killed store again, reads everything back, and says what it comes to.
struct DemoCheck: Sendable {
  let plan: DemoPlan
  let heard: DemoHeard
  let place: DemoPlace
  let options: DemoOptions
  let seed: UInt64
  /// Whether the last acknowledged messages may be gone.
  let isLossAllowed: Bool

  func report() async throws -> DemoReport {
    Output.progress("checking")
    let clock = SystemTimeSource()
    // Before the clock is read: what is told is how long the store takes.
    let blobs = try await DemoBlobs.open(beside: place.directory)
    let begin = clock.monotonicNanoseconds()
    let database = try await place.open()
    // What the child has created is there; nothing is registered here.
    let between = try await database.openBetween(passwords: LockedOut(), blobs: blobs)
    let recovered = clock.monotonicNanoseconds() - begin
    let verifier = DemoVerifier(plan: plan, acknowledgements: heard.acknowledgements)
    var findings = DemoFindings()
    for couple in 0..<plan.coupleCount {
      let ids = plan.ids(couple: couple)
      let (a, b) = try await between.read { snapshot in
        (
          try await read(ids.a, in: ids.couple, between, &snapshot),
          try await read(ids.b, in: ids.couple, between, &snapshot)
        )
      }
      verifier.check(couple: couple, a: a, b: b, into: &findings)
    }
    let audit = try await BetweenAudit(between).run()
    for violation in audit.violations { findings.note("\(violation)") }
    let info = try await database.store.info()
    if place.hasReplicas { try await place.waitForCopies(clock) }
    await blobs.close()
    try await database.close()
    Output.progress("")
    for note in findings.notes where !isLossAllowed || !note.hasSuffix("is not there") {
      Output.printError("panjeon demo: \(note)")
    }
    let (rate, latency) = DemoReport.measure(heard.acknowledgements)
    let isWhole = findings.duplicated == 0 && findings.torn == 0 && heard.wasKilled && audit.isSound
    return DemoReport(
      transactions: heard.acknowledgements.count, transactionsPerSecond: rate, latencyUs: latency,
      conflicts: heard.counts.conflicts, retries: heard.counts.retries,
      splits: heard.counts.splits, merges: heard.counts.merges,
      acknowledged: heard.acknowledgements.count, foundAfterRecovery: findings.found,
      lost: findings.lost, duplicated: findings.duplicated, torn: findings.torn,
      violations: audit.violationCount,
      recoveryMs: (Double(recovered) / 10_000).rounded() / 100, storeBytes: info.directoryBytes,
      logBytesDropped: info.recovery.bytesDropped, couples: plan.coupleCount,
      clients: options.clients, durability: options.durability.name, seed: seed,
      checksPassed: isWhole && (findings.lost == 0 || isLossAllowed))
  }

  private func read(
    _ user: RandomID, in couple: RandomID, _ between: EmbeddedBetween,
    _ snapshot: inout DatastoreSnapshot<EmbeddedStore>
  ) async throws -> FoundConversation {
    var messages: [FoundMessage] = []
    var cursor: PageCursor?
    repeat {
      let page = try await between.messaging.page(
        of: user, in: couple, .oldestFirst, limit: 500, after: cursor, in: &snapshot)
      messages += page.entries.map(FoundMessage.init)
      cursor = page.next
    } while cursor != nil
    let key = Key(Key(.user, user), .conversation, couple)
    return FoundConversation(
      messages: messages, count: try await snapshot.count(.message, of: key),
      head: try await between.messaging.conversation(of: user, in: couple, in: &snapshot))
  }
}
