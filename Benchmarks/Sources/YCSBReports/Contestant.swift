// SPDX-License-Identifier: Apache-2.0

internal import YCSB
internal import YCSBEngines

/// One engine in a stage: opened, loaded, and run again and again.
final class Contestant: @unchecked Sendable {
  // Unchecked: used by the one task that runs the comparison.
  struct Measured {
    var result: RunResult
    /// Until the engine rested again.
    var cpuSeconds: Double
    var writtenBytes: UInt64
    var spaceAmplification: Double
    var stallSeconds: Double?
    var otherCPU: Double
  }

  let kind: EngineKind
  private let stage: Plan.Stage
  private var options: EngineOptions
  private let seed: UInt64
  private var engine: (any Engine)?
  /// The most records there have been.
  private var recordsMax: Int
  /// The closed economy's clients hold money between runs.
  private var keptWorkloads: [String: any Workload] = [:]

  init(_ kind: EngineKind, _ stage: Plan.Stage, _ options: EngineOptions, seed: UInt64) throws {
    self.kind = kind
    self.stage = stage
    self.options = options
    self.seed = seed
    recordsMax = stage.records
  }

  /// Loads go without waiting for the disk.
  func openEmpty() async throws {
    try FileTree.remove(options.directory)
    var loading = options
    loading.durability = .os
    engine = try await kind.open(loading)
  }

  func useStageDurability() async throws {
    guard options.durability != .os else { return }
    // What `limit` holds would be gone.
    if let limit = engine as? LimitEngine { return try limit.use(options.durability) }
    try await engine?.close()
    engine = try await kind.open(options)
  }

  func closeAndRemove() async throws {
    try await engine?.close()
    engine = nil
    try FileTree.remove(options.directory)
  }

  /// Loads some of the records, or with one part all.
  func load(part: (number: Int, of: Int)) async throws -> Measured {
    let start = stage.records * part.number / part.of
    let stop = stage.records * (part.number + 1) / part.of
    let workload = try self.workload(stage.loadWorkload, inserting: start..<stop)
    var properties = Properties()
    properties["threadcount"] = "2"
    let options = try RunOptions(
      properties, phase: .load, loadCount: workload.loadCount, hasStatus: false)
    return try await measure(workload, options)
  }

  /// Runs a workload unmeasured.
  func warmUp(_ name: String, clients: Int) async throws {
    _ = try await run(name, clients: clients, round: 1000, seconds: stage.warmupSeconds)
  }

  func run(_ name: String, clients: Int, round: Int) async throws -> Measured {
    try await run(name, clients: clients, round: round, seconds: stage.seconds)
  }

  private func run(
    _ name: String, clients: Int, round: Int, seconds: Double
  ) async throws -> Measured {
    let workload = try self.workload(name)
    var properties = Properties()
    properties["threadcount"] = String(clients)
    properties["maxexecutiontime"] = String(seconds)
    var options = try RunOptions(
      properties, phase: .run, loadCount: workload.loadCount, hasStatus: false)
    options.seed = seed &+ UInt64(round)
    // Counting all the money takes longer than a run; a later count finds what an earlier run has lost.
    options.validates = round % 8 == 0
    let measured = try await measure(workload, options)
    recordsMax = max(recordsMax, workload.recordCount)
    return measured
  }

  /// A workload as it is after a load: what an earlier run inserted is inserted again.
  ///
  /// Otherwise the quicker an engine, the more records it would have to search.
  private func workload(
    _ name: String, inserting records: Range<Int>? = nil
  ) throws(UsageError) -> any Workload {
    if let kept = keptWorkloads[name] { return kept }
    var properties = try ReportWorkload.properties(name)
    properties["recordcount"] = String(stage.records)
    if let records, records.count < stage.records {
      properties["insertstart"] = String(records.lowerBound)
      properties["insertcount"] = String(records.count)
    }
    let made = try WorkloadKind.make(properties)
    if name == "closed-economy" { keptWorkloads[name] = made }
    return made
  }

  private func measure(_ workload: any Workload, _ runOptions: RunOptions) async throws -> Measured
  {
    guard let engine else { preconditionFailure("a contestant is opened before it runs") }
    try await engine.settle()
    let stallBefore = try await engine.figures().stallSeconds
    let before = KernelCounts.now()
    let cpu = Clock.cpuSeconds()
    let began = Clock.now()
    var result = try await Runner(engine, workload, runOptions).run()
    // It checks nothing, so that it makes and loses money.
    if kind == .limit { result.validation = nil }
    let after = KernelCounts.now()
    let ownSeconds = Clock.cpuSeconds() - cpu
    let elapsed = Double(Clock.now() - began) / 1e9
    try await engine.settle()
    let figures = try await engine.figures()
    let others = max(0, after.busySeconds - before.busySeconds - ownSeconds)
    let liveBytes = recordsMax * (24 + options.fieldCount * 100)
    return Measured(
      result: result, cpuSeconds: Clock.cpuSeconds() - cpu,
      writtenBytes: KernelCounts.now().writtenBytes - before.writtenBytes,
      spaceAmplification: Double(figures.storedBytes) / Double(liveBytes),
      stallSeconds: figures.stallSeconds.map { $0 - (stallBefore ?? 0) },
      otherCPU: others / max(elapsed, 1e-9))
  }
}
