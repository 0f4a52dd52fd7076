// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import YCSB
internal import YCSBReports

struct ScaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract:
      "Runs a workload at growing data sizes and numbers of clients, and plots how cost grows.",
    discussion: """
      Sizes go from a sixteenth of the memory budget (64 MiB of cache and memtables) to four times of it, \
      at two clients; clients from 1 to 64, at a quarter of the budget.
      """)

  @Argument(help: "A to F, put-durable, practical, worst, closed-economy, between.")
  var workload: String = "C"

  @Option(
    name: .customLong("engine"), parsing: .upToNextOption,
    help: "Only these engines, beside Panjeon; `ycsb engines` lists them.")
  var engines: [String] = []

  @Option(help: "Seconds of each run.")
  var seconds: Double = 0.5

  @Option(help: "How often each run is repeated.")
  var rounds: Int = 3

  @OptionGroup var report: ReportArguments

  func validate() throws {
    guard seconds > 0, rounds > 0 else {
      throw ValidationError("seconds and rounds must be more than zero")
    }
  }

  func run() async throws {
    let scale = try ScalePlan(
      workload: workload, engines: engines, seconds: seconds, rounds: rounds)
    StandardError.write("about \(Int(scale.plan.seconds)) s of runs, and the loads")
    let made = try await report.run(scale.plan)
    print(TextTable.text(made), terminator: "")
    try report.write(made, title: "Workload \(workload) as it grows", page: ScalePage.page)
  }
}
