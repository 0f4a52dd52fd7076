// SPDX-License-Identifier: Apache-2.0

internal import Histogram
internal import Panjeon
internal import PanjeonTesting
package import YCSB
internal import YCSBEngines

/// Runs each placement without stalls and with them, each time on a store of its own.
package struct StallComparison: Sendable {
  private let plan: StallPlan
  private let directory: String
  private let interruption: Interruption
  private let progress: @Sendable (String) -> Void

  /// Prepares it; `directory` is where the volumes are made, and removed.
  package init(
    _ plan: StallPlan, directory: String, interruption: Interruption = Interruption(),
    progress: @escaping @Sendable (String) -> Void
  ) {
    self.plan = plan
    self.directory = directory
    self.interruption = interruption
    self.progress = progress
  }

  package func run(command: String) async throws -> StallReport {
    try plan.validate()
    var trials: [StallTrial] = []
    for placement in plan.placements {
      for hasStalls in [false, true] {
        let trial = try await run(placement, hasStalls: hasStalls)
        progress("\(trial.name): \(Int(trial.operationsPerSecond)) ops/s")
        trials.append(trial)
      }
    }
    let durability = plan.durability.rawValue
    return StallReport(
      machine: .this(), command: command, options: plan.options, durability: durability,
      trials: trials, verdicts: StallVerdict.all(trials, durability: durability))
  }

  private func run(_ placement: StallPlacement, hasStalls: Bool) async throws -> StallTrial {
    let place = "\(directory)/\(placement.rawValue)"
    try FileTree.create(place)
    defer { try? FileTree.remove(place) }
    let replication = placement.replication(in: place)
    let stalling = StallingFileSystem(PosixFileSystem(), timeSource: SystemTimeSource())
    let options = try plan.engineOptions(directory: replication.openingPath)
    let engine = try await EngineKind.openPanjeon(options) { configuration in
      configuration.fileSystem = stalling
      configuration.replication = replication
    }
    do {
      let schedule = hasStalls ? plan.schedule(of: replication.durablePaths) : StallSchedule()
      var trial = try await measure(placement, engine, stalling, schedule)
      trial.hasStalls = hasStalls
      trial.volumes = replication.volumes.count
      // Every file lies where the others do, so that one tells of all.
      trial.copies = replication.volumes.count { FileTree.exists($0.path + "/CURRENT") }
      try await engine.close()
      return trial
    } catch {
      stalling.endStalls()
      try? await engine.close()
      throw error
    }
  }

  private func measure(
    _ placement: StallPlacement, _ engine: any Engine, _ stalling: StallingFileSystem,
    _ schedule: StallSchedule
  ) async throws -> StallTrial {
    let workload = try YCSB.WorkloadKind.make(try plan.workloadProperties())
    _ = try await carryOut(engine, workload, plan.loadOptions(workload))
    let warmup = try plan.runOptions(workload, seconds: plan.warmupSeconds, traces: false)
    _ = try await carryOut(engine, workload, warmup)
    let before = try await engine.figures()
    let options = try plan.runOptions(workload, seconds: plan.seconds, traces: true)
    stalling.begin(schedule)
    let result = try await Runner(engine, workload, options, interruption: interruption).run()
    stalling.endStalls()
    try await settle(engine)
    let after = try await engine.figures()
    return Self.trial(placement, result, schedule, stalling.heldUp, before, after)
  }

  /// Runs something, and waits until nothing is flushed or compacted any more.
  private func carryOut(
    _ engine: any Engine, _ workload: any YCSB.Workload, _ options: RunOptions
  ) async throws -> RunResult {
    let result = try await Runner(engine, workload, options, interruption: interruption).run()
    try await settle(engine)
    return result
  }

  private func settle(_ engine: any Engine) async throws {
    if interruption.isInterrupted { throw CancellationError() }
    try await engine.settle()
  }

  private static func trial(
    _ placement: StallPlacement, _ result: RunResult, _ schedule: StallSchedule,
    _ heldUp: StallingFileSystem.HeldUp, _ before: EngineFigures, _ after: EngineFigures
  ) -> StallTrial {
    let begun = schedule.begun(by: .seconds(result.seconds))
    let commits = result.measurements.byMetric[.update]
    let reads = result.measurements.byMetric[.read]
    let stalls = schedule.stalls.map { [$0.begin / .seconds(1), $0.end / .seconds(1)] }
      .sorted { $0[0] < $1[0] }
    return StallTrial(
      placement: placement, hasStalls: false, operationsPerSecond: result.operationsPerSecond,
      failures: result.measurements.failureCount,
      commits: LatencyFigures(commits?.intended ?? .empty()),
      reads: LatencyFigures(reads?.intended ?? .empty()),
      commitsService: LatencyFigures(commits?.latencies ?? .empty()),
      readsService: LatencyFigures(reads?.latencies ?? .empty()),
      stallCount: begun.count, stallSeconds: begun.total / .seconds(1),
      heldUpCalls: Dictionary(uniqueKeysWithValues: heldUp.calls.map { ($0.rawValue, $1) }),
      heldUpSecondsMax: heldUp.longest / .seconds(1),
      storeStalls: StallTrial.StoreStall.between(before, after), volumes: 0, copies: 0,
      timeline: StallTimeline(result.trace, seconds: result.seconds, stalls: stalls))
  }
}
