// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import YCSB
internal import YCSBEngines
internal import YCSBReports

struct StallsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stalls",
    abstract: "Lets durable volumes stall, and says how much of it reads and commits feel.",
    discussion: """
      A store with a copy on each of three volumes runs half reads and half updates, once without stalls and once with \
      them, for each placement: three durable volumes, three ephemeral ones, two ephemeral and a durable one. With \
      the last, and durability os, p99.9 may rise to one and a half times what it is without stalls, and 2 ms more; \
      else, and where nothing was held up or a volume has no copy, the exit status is 1.
      """)

  @Option(help: "With commas between them: all-durable, all-ephemeral, two-plus-one.")
  var placements = StallPlacement.allCases.map(\.rawValue).joined(separator: ",")

  @Option(help: "Seconds of each run.")
  var seconds = StallPlan().seconds

  @Option(help: "Client tasks.")
  var clients = StallPlan().clients

  @Option(help: "Operations a second, all clients together.")
  var target = StallPlan().target

  @Option(help: "Seconds of a stall.")
  var stallSeconds = StallPlan().stallSeconds

  @Option(help: "Seconds from the beginning of a volume's stall to that of its next, in the mean.")
  var stallEvery = StallPlan().stallEvery

  @Option(help: "What a commit waits for: os, disk; with disk there is no verdict.")
  var durability = StallPlan().durability.rawValue

  @Option(help: "Records of a kilobyte.")
  var records = StallPlan().records

  @Flag(name: .customLong("no-verdict"), help: "The exit status does not tell whether p99.9 rose.")
  var ignoresVerdict = false

  @OptionGroup var report: ReportArguments

  private func plan() throws(UsageError) -> StallPlan {
    var plan = StallPlan()
    plan.placements = try StallPlacement.named(placements)
    plan.seconds = seconds
    plan.clients = clients
    plan.target = target
    plan.stallSeconds = stallSeconds
    plan.stallEvery = stallEvery
    guard let durability = EngineOptions.Durability(rawValue: durability) else {
      throw UsageError("durability=\(durability): there are os, disk")
    }
    plan.durability = durability
    plan.records = records
    plan.seed = report.seed
    try plan.validate()
    return plan
  }

  func run() async throws {
    let plan = try plan()
    let made = try await run(plan)
    print(StallTable.text(made), terminator: "")
    try report.write(made, title: "Stalls of durable volumes", page: StallPage.page)
    let failures = made.trials.reduce(0) { $0 + $1.failures }
    if failures > 0 {
      StandardError.write("ycsb: \(failures) operations failed")
      throw ExitCode(1)
    }
    if !ignoresVerdict, made.verdicts.contains(where: { !$0.isMet }) { throw ExitCode(1) }
  }

  private func run(_ plan: StallPlan) async throws -> StallReport {
    // In memory, where it can be had: then only the placement differs, and no disk.
    let memory = "/dev/shm"
    let place = report.place(
      below: FileTree.exists(memory) ? memory : FileManager.default.temporaryDirectory.path)
    defer { try? FileTree.remove(place) }
    let interruption = Interruption()
    let signals = InterruptSignal(interruption)
    defer { signals.cancel() }
    StandardError.write("about \(Int(plan.secondsOfRuns)) s of runs, and the loads, in \(place)")
    return try await StallComparison(
      plan, directory: place, interruption: interruption, progress: ReportArguments.progress()
    ).run(command: ReportArguments.command)
  }
}
