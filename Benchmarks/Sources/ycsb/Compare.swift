// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import YCSB
internal import YCSBEngines
internal import YCSBReports

/// Where a report goes; shared by the commands that make one.
struct ReportArguments: ParsableArguments {
  @Option(help: "Writes the report as JSON into this file.")
  var json: String?

  @Option(help: "Writes the report into this file as one HTML page that needs nothing else.")
  var html: String?

  @Option(help: "Where the engines keep their files, in a directory that is removed at the end.")
  var directory: String?

  @Option(help: "The seed of every random choice.")
  var seed: UInt64 = 1

  func write<Made: Encodable>(
    _ report: Made, title: String, page: (Made, String) -> String
  ) throws {
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try encoder.encode(report).write(to: URL(fileURLWithPath: json))
    }
    if let html { try page(report, title).write(toFile: html, atomically: true, encoding: .utf8) }
  }

  /// Runs a plan in a directory of its own, and takes it away again.
  func run(_ plan: Plan) async throws -> Report {
    let place = place(below: FileManager.default.temporaryDirectory.path)
    defer { try? FileTree.remove(place) }
    let comparison = Comparison(plan, directory: place, seed: seed, progress: Self.progress())
    return try await comparison.run(
      command: Self.command,
      memory: MemoryProbe(program: Bundle.main.executablePath ?? CommandLine.arguments[0]))
  }

  /// A directory for this process alone, where it was asked for or else below another.
  func place(below directory: String) -> String {
    let above = URL(fileURLWithPath: self.directory ?? directory).standardizedFileURL.path
    return "\(above)/ycsb-\(ProcessInfo.processInfo.processIdentifier)"
  }

  /// The command as it was given.
  static var command: String {
    CommandLine.arguments.enumerated().map { $0.offset == 0 ? "ycsb" : $0.element }
      .joined(separator: " ")
  }

  /// Writes lines with the seconds that have passed.
  static func progress() -> @Sendable (String) -> Void {
    let began = Date()
    return { line in StandardError.write("\(Int(Date().timeIntervalSince(began)))s \(line)") }
  }
}

struct CompareCommand: AsyncParsableCommand {
  enum Length: EnumerableFlag {
    case quick, `default`, full

    static func help(for value: Length) -> ArgumentHelp? {
      switch value {
      case .quick: "A minute: whether everything works, and about where things stand."
      case .default: "A quarter of an hour: figures to go by."
      case .full: "An hour and a quarter: a million records, inside the cache and beyond it."
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Runs engines on workloads, interleaved and repeated, and says by how much Panjeon is quicker.",
    discussion: """
      Each round runs every engine in turn; ratios are taken round by round and their median is reported. \
      Load and core workloads compare 'panjeon', transactions 'panjeon-txn'.
      """)

  @Flag(exclusivity: .exclusive) var length: Length = .default

  @Option(
    name: .customLong("workload"), parsing: .upToNextOption,
    help: "Only these: load, A to F, put-durable, practical, worst, closed-economy, between.")
  var workloads: [String] = []

  @Option(
    name: .customLong("engine"), parsing: .upToNextOption,
    help: "Only these engines, beside Panjeon; `ycsb engines` lists them.")
  var engines: [String] = []

  @OptionGroup var report: ReportArguments

  func run() async throws {
    var plan: Plan =
      switch length {
      case .quick: .quick
      case .default: .standard
      case .full: .full
      }
    try plan.keep(workloads: workloads, engines: engines)
    let atMost = plan.secondsMax.map { "; \(Int($0)) s in all at the most" } ?? ""
    StandardError.write(
      "\(Int(plan.seconds)) s of runs if all rounds are made, and the loads\(atMost)")
    let made = try await report.run(plan)
    print(TextTable.text(made), terminator: "")
    try report.write(made, title: "Panjeon and its peers", page: HTMLReport.page)
    let failures = made.points.flatMap(\.engines.values).reduce(0) { $0 + $1.failures }
    if failures > 0 {
      StandardError.write("ycsb: \(failures) operations or validations failed")
      throw ExitCode(1)
    }
  }
}
