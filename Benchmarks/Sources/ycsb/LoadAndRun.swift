// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import YCSB
internal import YCSBEngines

struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Inserts a workload's records.")

  @OptionGroup var arguments: WorkloadArguments

  func run() async throws {
    try await Execution(arguments, .load).run()
  }
}

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a workload's operations on what was loaded.")

  @OptionGroup var arguments: WorkloadArguments

  func run() async throws {
    try await Execution(arguments, .run).run()
  }
}

/// One load or run from beginning to end.
private struct Execution {
  private let engineKind: EngineKind
  private let properties: Properties
  private let phase: RunOptions.Phase
  private let hasStatus: Bool

  init(_ arguments: WorkloadArguments, _ phase: RunOptions.Phase) throws {
    engineKind = try EngineKind.named(arguments.engine)
    properties = try arguments.allProperties()
    self.phase = phase
    // A load shows its progress without being asked.
    hasStatus = arguments.status || phase == .load
  }

  func run() async throws {
    let workload = try WorkloadKind.make(properties)
    let exporter = try Exporter(properties)
    let format = try ExportFormat.named(properties.string("exporter", default: "text"))
    let failsOnError = try properties.boolean("failonerror", default: true)
    let engineOptions = try EngineOptions(properties, engine: engineKind.rawValue)
    let options = try RunOptions(
      properties, phase: phase, loadCount: workload.loadCount, hasStatus: hasStatus)
    let runsTransactions = engineKind.isTransactional || engineKind.imitatesTransactions
    guard runsTransactions || !workload.isTransactional else {
      throw NotOffered("'\(engineKind.rawValue)' runs no transactions; use one of \(transactional)")
    }
    StandardError.write("Command line: \(CommandLine.arguments.dropFirst().joined(separator: " "))")
    StandardError.write("Engine: \(engineKind.rawValue) \(engineOptions.description)")
    StandardError.write("Loading workload...")
    let interruption = Interruption()
    let signals = InterruptSignal(interruption)
    defer { signals.cancel() }
    let engine = try await engineKind.open(engineOptions)
    if phase == .run, engineKind == .limit { try await fill(engine) }
    StandardError.write("Starting test. (seed=\(options.seed))")
    let label = options.label
    let result: RunResult
    do {
      result = try await Runner(engine, workload, options, interruption: interruption).run { line in
        StandardError.write("\(StandardError.timeOfDay) \(line.text(label: label))")
      }
    } catch {
      try? await engine.close()
      throw error
    }
    try await engine.settle()
    try await engine.close()
    try write(Exporter.text(exporter.lines(result), format))
    try judge(result, failsOnError: failsOnError)
  }

  /// What `limit` holds is gone with its process: a run loads it first.
  private func fill(_ engine: any Engine) async throws {
    StandardError.write("'limit' keeps nothing between runs: loading it first...")
    let workload = try WorkloadKind.make(properties)
    let options = try RunOptions(
      properties, phase: .load, loadCount: workload.loadCount, hasStatus: false)
    _ = try await Runner(engine, workload, options).run()
  }

  private var transactional: String {
    EngineKind.allCases.filter(\.isTransactional).map(\.rawValue).joined(separator: ", ")
  }

  private func write(_ report: String) throws {
    guard let file = properties["exportfile"] else { return print(report, terminator: "") }
    try report.write(toFile: file, atomically: true, encoding: .utf8)
  }

  private func judge(_ result: RunResult, failsOnError: Bool) throws {
    let failures = result.measurements.failureCount
    if let validation = result.validation, !validation.isPassed {
      StandardError.write("ycsb: the validation failed")
      throw ExitCode(1)
    }
    if failures > 0, failsOnError {
      StandardError.write("ycsb: \(failures) operations failed")
      throw ExitCode(1)
    }
  }
}
