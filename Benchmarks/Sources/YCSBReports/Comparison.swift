// SPDX-License-Identifier: Apache-2.0

internal import Histogram
package import YCSB
package import YCSBEngines

/// Runs a plan: in each round every engine in turn, so that a machine that drifts does not decide.
package struct Comparison: Sendable {
  private let plan: Plan
  private let directory: String
  private let seed: UInt64
  private let progress: @Sendable (String) -> Void

  package init(
    _ plan: Plan, directory: String, seed: UInt64, progress: @escaping @Sendable (String) -> Void
  ) {
    self.plan = plan
    self.directory = directory
    self.seed = seed
    self.progress = progress
  }

  package func run(command: String, memory: MemoryProbe? = nil) async throws -> Report {
    var points: [Point] = []
    for (number, stage) in plan.stages.enumerated() {
      progress(
        "stage \(number + 1) of \(plan.stages.count): \(stage.records) records, "
          + "\(stage.durability.rawValue), \(stage.workloads.joined(separator: " "))")
      points += try await run(stage)
    }
    if plan.measuresMemory, let memory, let first = plan.stages.first {
      try measureMemory(first, memory, &points)
    }
    var options: [String: String] = ["plan": plan.name, "seed": String(seed)]
    for (number, stage) in plan.stages.enumerated() {
      options["stage \(number + 1)"] = try engineOptions(stage, .panjeon).description
    }
    return Report(machine: .this(), command: command, options: options, points: points)
  }

  private func engineOptions(
    _ stage: Plan.Stage, _ engine: EngineKind
  ) throws(UsageError) -> EngineOptions {
    var properties = Properties()
    properties["directory"] = "\(directory)/\(engine.rawValue)"
    properties["durability"] = stage.durability.rawValue
    properties["cachebytes"] = String(stage.cacheBytes)
    properties["memtablebytes"] = String(stage.memtableBytes)
    return try EngineOptions(properties, engine: engine.rawValue)
  }

  // MARK: A stage

  private func run(_ stage: Plan.Stage) async throws -> [Point] {
    var points: [Point] = []
    var contestants: [Contestant] = []
    let load = Gathered(stage, workload: "load", clients: 2)
    for round in 0..<max(1, stage.loadRounds) {
      for contestant in contestants { try await contestant.closeAndRemove() }
      contestants = []
      for engine in Self.rotated(stage.engines, by: round) {
        let contestant = try Contestant(
          engine, stage, try engineOptions(stage, engine), seed: seed)
        try await contestant.openEmpty()
        load.add(try await contestant.load(), engine, round: round)
        contestants.append(contestant)
      }
    }
    if stage.loadRounds > 0 {
      points.append(load.point())
      report(points[0])
    }
    for contestant in contestants { try await contestant.useStageDurability() }
    for workload in stage.workloads {
      // Caches and levels settle in a run that is not measured.
      for contestant in contestants {
        _ = try await contestant.run(workload, clients: stage.clients[0], round: 1000)
      }
      for clients in stage.clients {
        let gathered = Gathered(stage, workload: workload, clients: clients)
        for round in 0..<stage.rounds {
          for contestant in Self.rotated(contestants, by: round) {
            gathered.add(
              try await contestant.run(workload, clients: clients, round: round),
              contestant.kind, round: round)
          }
        }
        points.append(gathered.point())
        report(points[points.count - 1])
      }
    }
    for contestant in contestants { try await contestant.closeAndRemove() }
    return points
  }

  private static func rotated<Value>(_ values: [Value], by count: Int) -> [Value] {
    guard !values.isEmpty else { return values }
    let shift = count % values.count
    return Array(values[shift...] + values[..<shift])
  }

  private func report(_ point: Point) {
    let figures = point.engines.sorted { $0.key < $1.key }.map { name, figures in
      "\(name) \(Int(figures.operationsPerSecond))"
    }
    progress(
      "  \(point.workload), \(point.clients) clients: \(figures.joined(separator: ", ")) ops/s")
  }

  private func measureMemory(
    _ stage: Plan.Stage, _ probe: MemoryProbe, _ points: inout [Point]
  ) throws {
    for engine in stage.engines where engine != .limit {
      progress("memory of \(engine.rawValue)")
      let options = try engineOptions(stage, engine)
      let bytes = try probe.measure(engine, options, records: stage.records)
      for index in points.indices
      where points[index].workload == "load" && points[index].records == stage.records {
        points[index].engines[engine.rawValue]?.residentBytes = bytes
      }
    }
  }
}

/// What the rounds of a point have come to so far.
private final class Gathered {
  private struct Rounds {
    var operationsPerSecond: [Double] = []
    var operationsPerCPUSecond: [Double] = []
    var latencies = Latencies.empty()
    var userBytes = 0
    var writtenBytes: UInt64 = 0
    var space: Double?
    var stall: Double?
    var failures = 0
    var retries = 0
    var otherCPU: [Double] = []
  }

  private let stage: Plan.Stage
  private let workload: String
  private let clients: Int
  private var engines: [EngineKind: Rounds] = [:]

  init(_ stage: Plan.Stage, workload: String, clients: Int) {
    self.stage = stage
    self.workload = workload
    self.clients = clients
  }

  func add(_ measured: Contestant.Measured, _ engine: EngineKind, round: Int) {
    var rounds = engines[engine] ?? Rounds()
    let result = measured.result
    rounds.operationsPerSecond.append(result.operationsPerSecond)
    rounds.operationsPerCPUSecond.append(
      Double(result.measurements.operations) / max(measured.cpuSeconds, 1e-9))
    rounds.latencies.add(result.latencies)
    rounds.userBytes += result.measurements.writtenBytes
    rounds.writtenBytes += measured.writtenBytes
    rounds.space = measured.spaceAmplification
    if let stall = measured.stallSeconds { rounds.stall = (rounds.stall ?? 0) + stall }
    rounds.failures += result.measurements.failureCount
    if let validation = result.validation, !validation.isPassed { rounds.failures += 1 }
    rounds.retries += result.measurements.retries
    rounds.otherCPU.append(measured.otherCPU)
    engines[engine] = rounds
  }

  func point() -> Point {
    var point = Point(
      workload: workload, clients: clients, records: stage.records,
      durability: workload == "load" ? "os" : stage.durability.rawValue,
      fitsCache: stage.records * 1100 <= stage.cacheBytes, subject: stage.subject.rawValue,
      rounds: engines.values.map(\.operationsPerSecond.count).max() ?? 0, engines: [:], ratio: [:],
      ratioSpread: [:])
    for (engine, rounds) in engines { point.engines[engine.rawValue] = figures(rounds) }
    let subject = engines[stage.subject]?.operationsPerSecond ?? []
    for (engine, rounds) in engines where engine != stage.subject {
      // Round by round, so that what slowed both down cancels out.
      let ratios = zip(subject, rounds.operationsPerSecond).map { $0 / max($1, 1e-9) }
      point.ratio[engine.rawValue] = YCSBReports.Rounds.median(ratios)
      point.ratioSpread[engine.rawValue] = [ratios.min() ?? 0, ratios.max() ?? 0]
    }
    return point
  }

  private func figures(_ rounds: Rounds) -> EnginePoint {
    EnginePoint(
      operationsPerSecond: YCSBReports.Rounds.median(rounds.operationsPerSecond),
      operationsPerCPUSecond: YCSBReports.Rounds.median(rounds.operationsPerCPUSecond),
      latency: LatencyFigures(rounds.latencies),
      roundsOperationsPerSecond: rounds.operationsPerSecond,
      writeAmplification: rounds.userBytes > 0
        ? Double(rounds.writtenBytes) / Double(rounds.userBytes) : nil,
      spaceAmplification: rounds.space, stallSeconds: rounds.stall, failures: rounds.failures,
      retries: rounds.retries, otherCPU: YCSBReports.Rounds.median(rounds.otherCPU),
      residentBytes: nil)
  }
}

extension LatencyFigures {
  init(_ latencies: Latencies) {
    func microseconds(_ percentile: Double) -> Double {
      latencies.totalCount == 0 ? 0 : Double(latencies.valueAtPercentile(percentile)) / 1000
    }
    p50 = microseconds(50)
    p99 = microseconds(99)
    p999 = microseconds(99.9)
    max = latencies.totalCount == 0 ? 0 : Double(latencies.max) / 1000
    let percentiles: [Double] = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99]
    curve = percentiles.map { [$0, microseconds($0)] }
  }
}
