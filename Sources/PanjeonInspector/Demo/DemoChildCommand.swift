// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import PanjeonTransactions
internal import WideColumn

/// `panjeon demo-child`: the process that the demo kills.
///
/// Not for people.
struct DemoChildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo-child", abstract: "The process that the demo kills.", shouldDisplay: false)

  /// The descriptor on which the child reports.
  static let reportDescriptor: Int32 = 3

  @OptionGroup var options: DemoOptions

  @Option var store: String

  @Option var run: UInt64

  func run() async throws {
    do {
      try await work()
    } catch {
      Output.printError("panjeon demo: the sending process failed: \(error)")
      throw Inspector.Status.findings
    }
  }

  private func work() async throws {
    let clock = SystemTimeSource()
    let conversations = try options.messages.map { try MessagesFile.read($0) }
    let plan = DemoPlan(run: run, couples: options.couples, conversations: conversations)
    let reporter = DemoReporter(descriptor: Self.reportDescriptor)
    let database = try await DemoPlace(directory: store, hasReplicas: options.replicas).open()
    var between = BetweenOptions()
    between.transaction = TransactionOptions(durability: options.durability)
    between.transaction.attemptsMax = 10_000
    let workload = DemoWorkload(
      database: database,
      between: try await database.openBetween(
        passwords: LockedOut(), blobs: try await DemoBlobs.open(beside: store), options: between),
      plan: plan, clients: options.clients, reporter: reporter, clock: clock)
    try await workload.createCouples()
    reporter.report(.ready)
    let deadline = clock.monotonicNanoseconds() + UInt64(options.seconds * 1e9)
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await workload.send(until: deadline)
        workload.reportStatistics()
        reporter.report(.finished)
      }
      group.addTask { try await workload.live(couples: options.lives, until: deadline) }
      if options.splitMergeEvery > 0 {
        group.addTask {
          try await workload.splitAndMerge(every: options.splitMergeEvery, until: deadline)
        }
      }
      group.addTask {
        // The parent's kill ends this, long before the bound does.
        for _ in 0..<(10 * Int(DemoOptions.secondsMax)) {
          try await clock.sleep(for: .milliseconds(100))
          workload.reportStatistics()
        }
      }
      try await group.waitForAll()
    }
  }
}
