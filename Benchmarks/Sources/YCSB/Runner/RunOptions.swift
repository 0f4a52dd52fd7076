// SPDX-License-Identifier: Apache-2.0

internal import Histogram

/// How a load or a run goes, apart from its workload and its engine.
package struct RunOptions: Sendable {
  package enum Phase: String, Sendable {
    case load, run
  }

  package enum Interval: String, CaseIterable, Sendable {
    case op, intended, both
  }

  package var phase: Phase
  package var clients: Int
  /// Operations of all clients together; zero: until the time is over.
  package var operations: Int
  /// Operations a second, of all clients together; zero: as many as go.
  package var target: Double
  /// Zero: none.
  package var secondsMax: Double
  package var seed: UInt64
  package var interval: Interval
  /// Nil: no status lines.
  package var statusSeconds: Double?
  package var label: String
  /// Whether a run ends with the workload's validation stage, if it has one.
  package var validates = true
  /// Whether each operation is written down by itself.
  package var tracesOperations = false

  package init(
    _ properties: Properties, phase: Phase, loadCount: Int, hasStatus: Bool
  ) throws(UsageError) {
    self.phase = phase
    clients = try properties.integer("threadcount", default: 1, in: 1...4096)
    let operationCount = try properties.integer("operationcount", default: 0)
    operations = phase == .load ? loadCount : operationCount
    target = try properties.number("target", default: 0, in: 0...1e9)
    secondsMax = try properties.number("maxexecutiontime", default: 0, in: 0...1e9)
    seed = UInt64(try properties.integer("seed", default: 1))
    interval = try properties.choice("measurement.interval", default: .op)
    let status = try properties.number("status.interval", default: 10, in: 0.1...86400)
    statusSeconds = hasStatus ? status : nil
    label = properties.string("label", default: "")
    guard phase == .load || operations > 0 || secondsMax > 0 else {
      throw UsageError("operationcount=0 needs maxexecutiontime: else the run never ends")
    }
    guard phase == .run || loadCount > 0 else {
      throw UsageError("recordcount=0: there is nothing to load")
    }
  }
}

extension RunOptions {
  /// The most operations that one client's trace will hold, as far as that can be told.
  var traceCapacity: Int? {
    guard tracesOperations else { return nil }
    if operations > 0 { return operations / clients + 1 }
    return Int(min(target * secondsMax / Double(clients), 1e8)) + 2
  }
}

/// What a load or a run came to.
package struct RunResult: Sendable {
  package var seconds: Double
  package var cpuSeconds: Double
  package var measurements: Measurements
  /// The most resident memory of the process so far; more than the engine's own where it was not alone.
  package var peakResidentBytes: Int?
  package var validation: Validation?
  /// Every operation that succeeded, if they were to be traced.
  package var trace: [TracedOperation] = []

  package var operationsPerSecond: Double {
    Double(measurements.operations) / max(seconds, 1e-9)
  }

  package var operationsPerCPUSecond: Double {
    Double(measurements.operations) / max(cpuSeconds, 1e-9)
  }

  /// Latencies of all operations together; a read-modify-write counts once.
  package var latencies: Latencies {
    var all = Latencies.empty()
    let hasWhole = measurements.byMetric[.readModifyWrite] != nil
    for (metric, measured) in measurements.byMetric {
      if metric == .verify || (hasWhole && metric == .update) { continue }
      all.add(measured.latencies)
    }
    return all
  }
}
