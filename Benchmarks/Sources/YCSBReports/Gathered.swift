// SPDX-License-Identifier: Apache-2.0

internal import Histogram
internal import YCSB
internal import YCSBEngines

/// What the rounds of a point have come to so far.
final class Gathered {
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
  let workload: String
  let clients: Int
  private var engines: [EngineKind: Rounds] = [:]

  init(_ stage: Plan.Stage, workload: String, clients: Int) {
    self.stage = stage
    self.workload = workload
    self.clients = clients
  }

  func add(_ measured: Contestant.Measured, _ engine: EngineKind) {
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
