// SPDX-License-Identifier: Apache-2.0

internal import YCSB
internal import YCSBEngines

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
    var budget = TimeBudget(plan)
    for (number, stage) in plan.stages.enumerated() {
      progress(
        "stage \(number + 1) of \(plan.stages.count): \(stage.records) records, "
          + "\(stage.durability.rawValue), \(stage.workloads.joined(separator: " "))")
      points += try await run(stage, &budget)
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

  private func run(_ stage: Plan.Stage, _ budget: inout TimeBudget) async throws -> [Point] {
    let (contestants, load) = try await load(stage, until: budget.beginPart())
    var points: [Point] = []
    if stage.loadRounds > 0 {
      points.append(load.point())
      report(points[0])
    }
    for contestant in contestants { try await contestant.useStageDurability() }
    points += try await run(stage, contestants, until: budget.beginPart())
    for contestant in contestants { try await contestant.closeAndRemove() }
    return points
  }

  /// Loads every engine as often as the stage says, and lets the last load stay; or once, in as many parts.
  private func load(
    _ stage: Plan.Stage, until deadline: UInt64
  ) async throws -> ([Contestant], Gathered) {
    let gathered = Gathered(stage, workload: "load", clients: 2)
    let rounds = max(1, stage.loadRounds)
    var contestants: [Contestant] = []
    for round in 0..<rounds {
      if !stage.loadsInParts || round == 0 {
        if round >= Plan.roundsMin, Clock.now() > deadline { break }
        for contestant in contestants { try await contestant.closeAndRemove() }
        contestants = try await openEmpty(stage)
      }
      for contestant in Self.rotated(contestants, by: round) {
        let part = stage.loadsInParts ? (round, of: rounds) : (0, of: 1)
        gathered.add(try await contestant.load(part: part), contestant.kind)
      }
    }
    return (contestants, gathered)
  }

  private func openEmpty(_ stage: Plan.Stage) async throws -> [Contestant] {
    var contestants: [Contestant] = []
    for engine in stage.engines {
      let contestant = try Contestant(engine, stage, try engineOptions(stage, engine), seed: seed)
      try await contestant.openEmpty()
      contestants.append(contestant)
    }
    return contestants
  }

  /// Every round has every workload, every number of clients and every engine: a point's rounds lie far apart, and meet
  /// the engines' levels and memtables in many shapes. Of one shape two comparisons would not say the same.
  private func run(
    _ stage: Plan.Stage, _ contestants: [Contestant], until deadline: UInt64
  ) async throws -> [Point] {
    // Caches, memtables and levels come to where they stay.
    for workload in stage.workloads {
      for contestant in contestants {
        try await contestant.warmUp(workload, clients: stage.clients.max() ?? 1)
      }
    }
    let gathered = stage.workloads.flatMap { workload in
      stage.clients.map { Gathered(stage, workload: workload, clients: $0) }
    }
    for round in 0..<stage.rounds {
      if round >= Plan.roundsMin, Clock.now() > deadline { break }
      progress("  round \(round + 1)")
      for point in gathered {
        for contestant in Self.rotated(contestants, by: round) {
          let measured = try await contestant.run(
            point.workload, clients: point.clients, round: round)
          point.add(measured, contestant.kind)
        }
      }
    }
    let points = gathered.map { $0.point() }
    for point in points { report(point) }
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
