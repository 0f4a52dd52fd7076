// SPDX-License-Identifier: Apache-2.0

/// What a client met that is no part of a history.
public enum WorkloadFinding: Hashable, Sendable {
  /// An error of the store, by the name of its code, as in "readOnly because of noSpace"; those of conflicts and unanswered commits
  /// aside.
  case error(String)
  /// What was read that no workload writes.
  case malformed(String)
}

extension WorkloadCounts {
  /// How many sentences about what no workload writes are kept.
  static let malformedMax = 8

  /// Counts what a client met.
  ///
  /// - Parameter finding: What it met.
  public mutating func add(_ finding: WorkloadFinding) {
    switch finding {
    case .error(let code): errors[code, default: 0] += 1
    case .malformed(let sentence):
      if malformed.count < Self.malformedMax { malformed.append(sentence) }
    }
  }
}
