// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import PanjeonTransactions
internal import WideColumn

/// What the child does: creates couples, then sends messages from many clients until it is killed.
struct DemoWorkload: Sendable {
  let database: Database
  let between: EmbeddedBetween
  let plan: DemoPlan
  let clients: Int
  let reporter: DemoReporter
  let clock: any TimeSource

  /// Creates the run's couples, many at a time; durable when it returns.
  func createCouples() async throws {
    try await withThrowingTaskGroup { group in
      for client in 0..<clients {
        group.addTask {
          for couple in stride(from: client, to: plan.coupleCount, by: clients) {
            try await create(couple)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func create(_ couple: Int) async throws {
    let (ids, emails) = (plan.ids(couple: couple), plan.emails(couple: couple))
    // On disk, whatever the messages are to survive.
    try await between.datastore.withTransaction { transaction in
      for (user, account, email, name) in [
        (ids.a, ids.accountOfA, emails.a, "a"), (ids.b, ids.accountOfB, emails.b, "b"),
      ] {
        guard let email = EmailAddress(email) else { preconditionFailure("it is an address") }
        try await between.accounts.create(
          .init(account: account, user: user), email: email, passwordHash: LockedOut.hash,
          name: "\(name) \(couple)", in: &transaction)
      }
      try await between.couples.pair(ids.a, ids.b, as: ids.couple, in: &transaction)
    }
  }

  /// Sends until `deadline`, or to the end of the file.
  func send(until deadline: UInt64) async throws {
    try await withThrowingTaskGroup { group in
      for client in 0..<clients {
        group.addTask {
          if let conversations = plan.conversations {
            try await sendConversations(conversations, client: client, until: deadline)
          } else {
            try await sendMadeUp(client: client, until: deadline)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private func sendMadeUp(client: Int, until deadline: UInt64) async throws {
    var random = SplitMix64(seed: plan.run ^ UInt64(client) << 32 ^ 0x5E4D)
    for number in 0..<Int(UInt32.max) {
      if clock.monotonicNanoseconds() >= deadline { return }
      let choice = random.next()
      try await send(
        plan.text(client: client, number: number),
        couple: Int(choice >> 1 % UInt64(plan.coupleCount)), isFromA: choice & 1 == 0,
        client: client, number: number, sentAtMicroseconds: nil)
    }
  }

  /// Sends the couples that fall to this client, each in its order, a message of each in turn.
  private func sendConversations(
    _ conversations: [DemoConversation], client: Int, until deadline: UInt64
  ) async throws {
    let mine = Array(stride(from: client, to: conversations.count, by: clients))
    let longest = mine.map { conversations[$0].lines.count }.max() ?? 0
    for number in 0..<longest {
      for couple in mine where number < conversations[couple].lines.count {
        if clock.monotonicNanoseconds() >= deadline { return }
        let line = conversations[couple].lines[number]
        try await send(
          line.text, couple: couple, isFromA: line.isFromA, client: client, number: number,
          sentAtMicroseconds: line.sentAtMicroseconds)
      }
    }
  }

  private func send(
    _ text: Bytes, couple: Int, isFromA: Bool, client: Int, number: Int,
    sentAtMicroseconds: Int64?
  ) async throws {
    let ids = plan.ids(couple: couple)
    let begin = clock.monotonicNanoseconds()
    let receipt = try await between.messaging.send(
      .text(text.utf8String ?? ""), from: isFromA ? ids.a : ids.b, in: ids.couple,
      sentAt: sentAtMicroseconds.map(Timestamp.init(microseconds:)))
    reporter.report(
      .acknowledged(
        Acknowledgement(
          couple: UInt32(couple), client: UInt32(client), number: UInt32(number),
          isFromA: isFromA, senderMessageID: receipt.id, receiverMessageID: receipt.id,
          beginNanoseconds: begin,
          endNanoseconds: clock.monotonicNanoseconds())))
  }

  /// Has further couples live until `deadline`; what they do is audited, and not counted.
  func live(couples: Int, until deadline: UInt64) async throws {
    if couples == 0 { return }
    // Others than the run's, with other addresses.
    let seed = plan.run ^ 0x11FE_5000_0000
    let runner = LifeRunner(between, seed: seed)
    for couple in 0..<couples { try await runner.create(couple) }
    var options = LifeOptions(couples: couples)
    options.hasPhotos = DemoBlobs.areThere
    for operation in LifeGenerator(seed: seed, options) {
      if clock.monotonicNanoseconds() >= deadline { return }
      try await runner.run(operation)
    }
  }

  func reportStatistics() {
    let statistics = database.transactionStatistics
    let regions = database.store.metrics.regions
    reporter.report(
      .statistics(
        DemoCounts(
          conflicts: statistics.conflicts, retries: statistics.retries,
          splits: regions.splits, merges: regions.merges)))
  }
}
