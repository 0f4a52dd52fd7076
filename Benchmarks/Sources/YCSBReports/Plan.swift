// SPDX-License-Identifier: Apache-2.0

package import YCSB
package import YCSBEngines

/// What is compared with what, and for how long.
package struct Plan: Sendable {
  /// Engines that are loaded alike, and what is then run on them.
  package struct Stage: Sendable {
    package var engines: [EngineKind]
    package var subject: EngineKind
    package var records: Int
    package var durability: EngineOptions.Durability
    package var cacheBytes: Int
    package var memtableBytes: Int
    /// The workload whose load fills the engines.
    package var loadWorkload: String
    /// How often the load is measured; zero: it is made once and not reported.
    package var loadRounds: Int
    /// Whether these are parts of one load, each by every engine in turn, and not whole loads.
    package var loadsInParts = false
    package var workloads: [String]
    package var clients: [Int]
    /// The most rounds; fewer are made where the plan's time is short, but not fewer than ``roundsMin``.
    package var rounds: Int
    /// How long a run is: short, so that what slows the machine for a second slows all engines of a round.
    package var seconds: Double
    /// How long each engine runs each workload before it is measured.
    package var warmupSeconds: Double
  }

  package var name: String
  package var stages: [Stage]
  /// Whether the memory of each engine is measured, in a process of its own.
  package var measuresMemory: Bool
  /// When it has to be over; nil: when all rounds are made.
  package var secondsMax: Double?

  /// A median of fewer says nothing.
  package static let roundsMin = 3

  package static let core: [EngineKind] = [.panjeon, .rocksDBCell, .rocksDBRow, .sqlite, .limit]
  package static let transactional: [EngineKind] = [
    .panjeonTransactional, .rocksDBTransactional, .rocksDBOptimistic, .sqlite, .limit,
  ]
  /// The same where each commit is synced, and what the same operations take without the promises.
  package static let durablyTransactional: [EngineKind] = [
    .panjeonTransactional, .panjeonCalls, .panjeonBatch, .rocksDBTransactional,
    .rocksDBOptimistic, .limit,
  ]
  package static let coreWorkloads = ["A", "B", "C", "F", "D", "E"]
  package static let transactions = ["practical", "worst", "closed-economy", "between"]

  /// A minute: to see that everything works, and about where things stand.
  package static let quick = Plan(
    name: "quick",
    stages: stages(
      records: 10_000, cacheBytes: 64 << 20, loadRounds: 3, clients: [2], durableClients: [16],
      durableRecords: 3000, transactionRecords: 3000, transactionClients: [2], rounds: 15,
      seconds: 0.05, warmupSeconds: 0.2),
    measuresMemory: false, secondsMax: 45)

  /// A quarter of an hour: figures to go by.
  package static let standard = Plan(
    name: "default",
    stages: stages(
      records: 100_000, cacheBytes: 256 << 20, loadRounds: 3, clients: [1, 2, 4],
      durableClients: [1, 16, 64], durableRecords: 30_000, transactionRecords: 30_000,
      transactionClients: [2, 16], rounds: 100, seconds: 0.06, warmupSeconds: 1.5),
    measuresMemory: true, secondsMax: 800)

  /// An hour and a quarter at the most, of which the measuring of memory takes a quarter of an hour: a million records, inside the cache and at four times the memory.
  package static let full: Plan = {
    var plan = Plan(
      name: "full",
      stages: stages(
        records: 1_000_000, cacheBytes: 1536 << 20, loadRounds: 3, clients: [1, 2, 4],
        durableClients: [1, 16, 64], durableRecords: 100_000, transactionRecords: 100_000,
        transactionClients: [1, 4, 16], rounds: 40, seconds: 0.3, warmupSeconds: 4),
      measuresMemory: true, secondsMax: 3600)
    // SQLite takes eight minutes for one.
    plan.stages[0].loadsInParts = true
    // A gigabyte of records in 256 MiB of cache and memtables.
    var large = plan.stages[0]
    large.cacheBytes = 192 << 20
    large.memtableBytes = 16 << 20
    large.loadRounds = 0
    large.loadsInParts = false
    large.clients = [2]
    plan.stages.insert(large, at: 1)
    return plan
  }()

  private static func stages(
    records: Int, cacheBytes: Int, loadRounds: Int, clients: [Int], durableClients: [Int],
    durableRecords: Int, transactionRecords: Int, transactionClients: [Int], rounds: Int,
    seconds: Double, warmupSeconds: Double
  ) -> [Stage] {
    let first = Stage(
      engines: core, subject: .panjeon, records: records, durability: .os, cacheBytes: cacheBytes,
      memtableBytes: 32 << 20, loadWorkload: "A", loadRounds: loadRounds, workloads: coreWorkloads,
      clients: clients, rounds: rounds, seconds: seconds, warmupSeconds: warmupSeconds)
    // It has most of the points, and would take most of the time.
    var core = first
    core.rounds = max(roundsMin, rounds * 3 / 5)
    var durable = first
    durable.records = durableRecords
    durable.durability = .disk
    // Long enough for many syncs.
    durable.seconds = seconds * 2.5
    durable.rounds = max(roundsMin, rounds * 2 / 5)
    durable.loadRounds = 0
    durable.workloads = ["put-durable"]
    durable.clients = durableClients
    let transactional = transactions.map { name in
      var stage = first
      stage.engines = self.transactional
      stage.subject = .panjeonTransactional
      stage.records = transactionRecords
      stage.loadWorkload = name
      stage.loadRounds = 0
      stage.workloads = [name]
      stage.clients = transactionClients
      return stage
    }
    return [core, durable] + transactional + durablyTransactional(transactional, like: durable)
  }

  private static func durablyTransactional(
    _ transactional: [Stage], like durable: Stage
  ) -> [Stage] {
    transactional.filter { ["practical", "worst"].contains($0.loadWorkload) }.map { stage in
      var stage = stage
      stage.engines = durablyTransactional
      stage.durability = .disk
      stage.clients = durable.clients
      stage.seconds = durable.seconds
      stage.rounds = durable.rounds
      return stage
    }
  }

  /// How many seconds its runs take, when all rounds are made.
  package var seconds: Double {
    stages.reduce(0) { sum, stage in
      let rounds = Double(stage.clients.count * stage.rounds) * stage.seconds + stage.warmupSeconds
      return sum + Double(stage.workloads.count * stage.engines.count) * rounds
    }
  }
}

/// The workloads of reports, by the names they have there.
package enum ReportWorkload {
  package static let names = Plan.coreWorkloads + ["put-durable"] + Plan.transactions

  /// The properties of a workload; those of the files in `workloads`.
  package static func properties(_ name: String) throws(UsageError) -> Properties {
    var properties = Properties()
    func set(_ values: [String: String]) { for (key, value) in values { properties[key] = value } }
    set(["workload": "core", "requestdistribution": "zipfian", "updateproportion": "0"])
    switch name {
    case "A": set(["readproportion": "0.5", "updateproportion": "0.5"])
    case "B": set(["readproportion": "0.95", "updateproportion": "0.05"])
    case "C": set(["readproportion": "1"])
    case "D":
      set([
        "readproportion": "0.95", "insertproportion": "0.05", "requestdistribution": "latest",
      ])
    case "E":
      set([
        "readproportion": "0", "scanproportion": "0.95", "insertproportion": "0.05",
        "maxscanlength": "100",
      ])
    case "F": set(["readproportion": "0.5", "readmodifywriteproportion": "0.5"])
    case "put-durable":
      set(["readproportion": "0", "updateproportion": "1", "requestdistribution": "uniform"])
    case "practical", "worst", "between":
      properties = Properties()
      set(["workload": name, "requestdistribution": name == "between" ? "zipfian" : "uniform"])
    case "closed-economy":
      properties = Properties()
      set(["workload": name, "requestdistribution": "zipfian"])
    default:
      throw UsageError("there is no workload '\(name)'; there are \(names.joined(separator: ", "))")
    }
    return properties
  }
}

extension Plan {
  /// Leaves out what was not asked for; empty lists ask for everything.
  package mutating func keep(workloads: [String], engines: [String]) throws(UsageError) {
    let known = ["load"] + ReportWorkload.names
    for name in workloads where !known.contains(name) {
      throw UsageError("there is no workload '\(name)'; there are \(known.joined(separator: ", "))")
    }
    var kinds: Set<EngineKind> = []
    for name in engines { kinds.insert(try EngineKind.named(name)) }
    for index in stages.indices {
      if !workloads.isEmpty {
        stages[index].workloads.removeAll { !workloads.contains($0) }
        if !workloads.contains("load") { stages[index].loadRounds = 0 }
      }
      if !kinds.isEmpty {
        let subject = stages[index].subject
        stages[index].engines.removeAll { $0 != subject && !kinds.contains($0) }
      }
    }
    stages.removeAll { $0.workloads.isEmpty && $0.loadRounds == 0 }
    if !workloads.isEmpty, !workloads.contains("load") { measuresMemory = false }
  }
}
