// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// Opens the killed store again, reads everything back, and says what it comes to.
struct DemoCheck: Sendable {
  let plan: DemoPlan
  let heard: DemoHeard
  let directory: String
  let options: DemoOptions
  let seed: UInt64
  /// Whether the last acknowledged messages may be gone.
  let isLossAllowed: Bool

  func report() async throws -> DemoReport {
    Output.progress("checking")
    let clock = SystemTimeSource()
    let begin = clock.monotonicNanoseconds()
    let database = try await Database.open(at: directory)
    let recovered = clock.monotonicNanoseconds() - begin
    let verifier = DemoVerifier(plan: plan, acknowledgements: heard.acknowledgements)
    var findings = DemoFindings()
    try await database.withSnapshot { snapshot in
      for couple in 0..<plan.coupleCount {
        let ids = plan.ids(couple: couple)
        let a = try await read(Conversation(of: ids.a, at: snapshot))
        let b = try await read(Conversation(of: ids.b, at: snapshot))
        verifier.check(couple: couple, a: a, b: b, into: &findings)
      }
    }
    let info = try await database.store.info()
    try await database.close()
    Output.progress("")
    for note in findings.notes where !isLossAllowed || !note.hasSuffix("is not there") {
      Output.printError("panjeon demo: \(note)")
    }
    let (rate, latency) = DemoReport.measure(heard.acknowledgements)
    let isWhole = findings.duplicated == 0 && findings.torn == 0 && heard.wasKilled
    return DemoReport(
      transactions: heard.acknowledgements.count, transactionsPerSecond: rate, latencyUs: latency,
      conflicts: heard.counts.conflicts, retries: heard.counts.retries,
      splits: heard.counts.splits, merges: heard.counts.merges,
      acknowledged: heard.acknowledgements.count, foundAfterRecovery: findings.found,
      lost: findings.lost, duplicated: findings.duplicated, torn: findings.torn,
      recoveryMs: (Double(recovered) / 10_000).rounded() / 100, storeBytes: info.directoryBytes,
      logBytesDropped: info.recovery.bytesDropped, couples: plan.coupleCount,
      clients: options.clients, durability: options.durability.name, seed: seed,
      checksPassed: isWhole && (findings.lost == 0 || isLossAllowed))
  }

  private func read(
    _ conversation: Conversation<EmbeddedStore>
  ) async throws -> FoundConversation {
    var messages: [Message] = []
    while true {
      let page = try await conversation.page(.oldestFirst, after: messages.last?.id, limit: 500)
      messages += page
      if page.count < 500 { break }
    }
    return FoundConversation(
      messages: messages, collection: try await conversation.collection(),
      head: try await conversation.head())
  }
}
