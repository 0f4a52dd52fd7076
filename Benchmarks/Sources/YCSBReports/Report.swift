// SPDX-License-Identifier: Apache-2.0

/// A comparison, as its JSON file holds it.
package struct Report: Codable, Sendable {
  package var machine: Machine
  package var command: String
  package var options: [String: String]
  package var points: [Point]
}

/// One workload at one number of clients and records.
package struct Point: Codable, Sendable {
  package var workload: String
  package var clients: Int
  package var records: Int
  package var durability: String
  /// Whether the records fit into the cache.
  package var fitsCache: Bool
  /// The engine that the others are compared with.
  package var subject: String
  package var rounds: Int
  package var engines: [String: EnginePoint]
  /// By how much the subject is quicker than each other engine: the median over the rounds.
  package var ratio: [String: Double]
  /// The least and the greatest of these.
  package var ratioSpread: [String: [Double]]

  private enum CodingKeys: String, CodingKey {
    case workload, clients, records, durability
    case fitsCache = "fits_cache"
    case subject, rounds, engines, ratio
    case ratioSpread = "ratio_spread"
  }
}

/// What one engine came to at a point.
package struct EnginePoint: Codable, Sendable {
  /// The median over the rounds, as everything below that is not said to be otherwise.
  package var operationsPerSecond: Double
  package var operationsPerCPUSecond: Double
  /// Of the operations of all rounds.
  package var latency: LatencyFigures
  package var roundsOperationsPerSecond: [Double]
  /// Bytes that the process wrote for each byte it was given to write, until the engine rested.
  package var writeAmplification: Double?
  /// Bytes of files for each byte of keys and values.
  package var spaceAmplification: Double?
  /// Seconds, of all rounds together, that the engine says it held writes back.
  package var stallSeconds: Double?
  /// Operations that failed, and transactions tried again, in all rounds.
  package var failures: Int
  package var retries: Int
  /// The share of the processors' time that other processes took.
  package var otherCPU: Double
  /// The most memory that a process had which loaded the records and ran workload A.
  package var residentBytes: Int?

  private enum CodingKeys: String, CodingKey {
    case operationsPerSecond = "ops_per_second"
    case operationsPerCPUSecond = "ops_per_cpu_second"
    case latency = "latency_us"
    case roundsOperationsPerSecond = "rounds_ops_per_second"
    case writeAmplification = "write_amplification"
    case spaceAmplification = "space_amplification"
    case stallSeconds = "stall_seconds"
    case failures, retries
    case otherCPU = "other_cpu"
    case residentBytes = "resident_bytes"
  }
}

package struct LatencyFigures: Codable, Sendable {
  package var p50: Double
  package var p99: Double
  package var p999: Double
  package var max: Double
  /// For a curve: pairs of a percentile and microseconds.
  package var curve: [[Double]]
}

/// Figures of several rounds.
enum Rounds {
  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
