// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting
package import YCSB
package import YCSBEngines

/// How placements are compared under stalls.
package struct StallPlan: Sendable {
  package var placements = StallPlacement.allCases
  package var records = 100_000
  package var seconds = 20.0
  package var clients = 16
  /// Operations a second, of all clients together.
  package var target = 2000.0
  package var stallSeconds = 2.0
  /// From the beginning of a stall to that of the next, in the mean.
  package var stallEvery = 5.0
  package var durability = EngineOptions.Durability.os
  package var seed: UInt64 = 1

  package init() {}

  /// The longest stall: far from what a volume may take before it counts as failed.
  private static let stallSecondsMax = 15.0

  package func validate() throws(UsageError) {
    try Self.check("seconds", seconds, 0.1...3600)
    try Self.check("target", target, 1...1_000_000)
    try Self.check("stall-seconds", stallSeconds, 0.01...Self.stallSecondsMax)
    try Self.check("stall-every", stallEvery, 0.01...3600)
    guard (1...4096).contains(clients) else {
      throw UsageError("clients=\(clients): a number from 1 to 4096 is needed")
    }
    guard (100...100_000_000).contains(records) else {
      throw UsageError("records=\(records): a number from 100 to 100000000 is needed")
    }
    guard !placements.isEmpty else { throw UsageError("placements: none is given") }
    guard durability != .memory else {
      throw UsageError("durability=memory: there are os, disk")
    }
    guard stallEvery >= 1.5 * stallSeconds else {
      throw UsageError(
        "stall-every=\(stallEvery): half as much again as stall-seconds=\(stallSeconds) is needed at least"
      )
    }
    guard seconds > stallSeconds else {
      throw UsageError(
        "seconds=\(seconds): more than stall-seconds=\(stallSeconds) is needed, or nothing stalls")
    }
  }

  private static func check(
    _ name: String, _ value: Double, _ range: ClosedRange<Double>
  ) throws(UsageError) {
    guard range.contains(value) else {
      throw UsageError(
        "\(name)=\(value): a number from \(range.lowerBound) to \(range.upperBound) is needed")
    }
  }

  /// The stalls of durable volumes, in a run that has them.
  package func schedule(of paths: [String]) -> StallSchedule {
    StallSchedule(
      of: paths, for: .seconds(seconds), every: .seconds(stallEvery),
      lasting: .seconds(stallSeconds), seed: seed)
  }

  /// Half reads and half updates of whole records of a kilobyte; a few records are asked for often.
  func workloadProperties() throws(UsageError) -> Properties {
    var properties = try ReportWorkload.properties("A")
    properties["recordcount"] = String(records)
    properties["writeallfields"] = "true"
    return properties
  }

  /// So small a cache that reads go to the files, and room in memtables for what comes while none can be flushed.
  func engineOptions(directory: String) throws(UsageError) -> EngineOptions {
    var properties = Properties()
    properties["directory"] = directory
    properties["durability"] = durability.rawValue
    properties["cachebytes"] = String(max(1 << 20, records * 1100 / 16))
    properties["memtablebytes"] = String(8 << 20)
    return try EngineOptions(properties, engine: EngineKind.panjeon.rawValue)
  }

  func loadOptions(_ workload: any YCSB.Workload) throws(UsageError) -> RunOptions {
    var properties = Properties()
    properties["threadcount"] = "2"
    return try RunOptions(
      properties, phase: .load, loadCount: workload.loadCount, hasStatus: false)
  }

  /// A run at the target, with latencies from when operations should have begun.
  func runOptions(
    _ workload: any YCSB.Workload, seconds: Double, traces: Bool
  ) throws(UsageError)
    -> RunOptions
  {
    var properties = Properties()
    properties["threadcount"] = String(clients)
    properties["maxexecutiontime"] = String(seconds)
    properties["target"] = String(target)
    properties["measurement.interval"] = RunOptions.Interval.both.rawValue
    var options = try RunOptions(
      properties, phase: .run, loadCount: workload.loadCount, hasStatus: false)
    options.seed = seed
    options.tracesOperations = traces
    return options
  }

  /// Unmeasured seconds before each run.
  var warmupSeconds: Double { min(3, seconds / 4) }

  /// About how long everything takes, without the loads.
  package var secondsOfRuns: Double {
    Double(2 * placements.count) * (seconds + warmupSeconds)
  }

  /// For the head of the report.
  var options: [String: String] {
    [
      "load": "\(clients) clients, \(Int(target)) ops/s together, half of them updates of 1 KB, "
        + "zipfian over \(records) records; latencies from when operations should have begun",
      "stalls": "\(stallSeconds) s about every \(stallEvery) s on each durable volume, apart",
      "seconds": "\(seconds)", "seed": String(seed),
    ]
  }
}
