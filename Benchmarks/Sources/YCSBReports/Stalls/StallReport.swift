// SPDX-License-Identifier: Apache-2.0

internal import YCSB

/// What placements came to under stalls, as the JSON file holds it.
package struct StallReport: Codable, Sendable {
  package var machine: Machine
  package var command: String
  package var options: [String: String]
  package var durability: String
  package var trials: [StallTrial]
  package var verdicts: [StallVerdict]
}

/// One placement, with stalls or without.
package struct StallTrial: Codable, Sendable {
  package var placement: StallPlacement
  package var hasStalls: Bool
  package var operationsPerSecond: Double
  package var failures: Int
  /// From when commits should have begun.
  package var commits: LatencyFigures
  package var reads: LatencyFigures
  /// From when they did begin.
  package var commitsService: LatencyFigures
  package var readsService: LatencyFigures
  /// The stalls that there were, on all volumes together.
  package var stallCount: Int
  package var stallSeconds: Double
  /// Calls of the file system that had to wait, by kind.
  package var heldUpCalls: [String: Int]
  /// The longest time that one of them waited.
  package var heldUpSecondsMax: Double
  /// Why the store held commits back, how often, and for how many seconds in all.
  package var storeStalls: [StoreStall]
  /// The volumes there are, and those on which the store has its files.
  package var volumes: Int
  package var copies: Int
  package var timeline: StallTimeline

  package struct StoreStall: Codable, Hashable, Sendable {
    package var cause: String
    package var count: UInt64
    package var seconds: Double
  }

  private enum CodingKeys: String, CodingKey {
    case placement
    case hasStalls = "has_stalls"
    case operationsPerSecond = "ops_per_second"
    case failures
    case commits = "commits_us"
    case reads = "reads_us"
    case commitsService = "commits_service_us"
    case readsService = "reads_service_us"
    case stallCount = "stalls_injected"
    case stallSeconds = "stalls_injected_seconds"
    case heldUpCalls = "held_up_calls"
    case heldUpSecondsMax = "held_up_seconds_max"
    case storeStalls = "store_stalls"
    case volumes, copies, timeline
  }

  package var name: String { "\(placement.rawValue), \(hasStalls ? "with" : "without") stalls" }
}

extension StallTrial.StoreStall {
  /// What was added between two looks at an engine.
  static func between(_ before: EngineFigures, _ after: EngineFigures) -> [StallTrial.StoreStall] {
    after.stallsByCause.map { stall in
      let earlier = before.stallsByCause.first { $0.cause == stall.cause }
      return StallTrial.StoreStall(
        cause: stall.cause, count: stall.count - (earlier?.count ?? 0),
        seconds: stall.seconds - (earlier?.seconds ?? 0))
    }
  }
}
