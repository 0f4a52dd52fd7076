// SPDX-License-Identifier: Apache-2.0

/// What a check found.
public struct CheckReport: Sendable {
  /// The answer.
  public enum Verdict: String, Sendable {
    /// Nothing in the history contradicts the level.
    case holds
    /// An anomaly that the level forbids is in the history.
    case violated
    /// No such anomaly was found, and something could not be checked.
    case unknown
  }

  /// The level that was asked for.
  public let level: ConsistencyLevel
  /// The answer.
  public let verdict: Verdict
  /// All anomalies that were found, also those that the level allows; see `Anomaly.violates`.
  public let anomalies: [Anomaly]
  /// What could not be checked, when the verdict is `unknown`.
  public let unchecked: [String]
  /// How many transactions were begun.
  public let transactionCount: Int
  /// How many of them are known to have committed.
  public let committedCount: Int
  /// How many of them are known not to have happened.
  public let failedCount: Int
  /// How many of them may have happened.
  public var unknownCount: Int { transactionCount - committedCount - failedCount }

  init(
    _ history: History, _ level: ConsistencyLevel, _ verdict: Verdict, _ anomalies: [Anomaly],
    _ unchecked: [String]
  ) {
    self.level = level
    self.verdict = verdict
    self.anomalies =
      anomalies.filter { $0.violates.contains(level) }
      + anomalies.filter { !$0.violates.contains(level) }
    self.unchecked = unchecked
    transactionCount = history.transactionCount
    committedCount = history.committedCount
    failedCount = history.failedCount
  }

  /// The weakest levels that do not hold: what else does not hold implies one of them.
  public var ruledOut: [ConsistencyLevel] {
    let violated = violatedLevels
    return violated.filter { level in
      !violated.contains { $0 != level && level.implies($0) }
    }
  }

  /// The strongest levels that nothing in the history contradicts, the level that was asked for at most.
  ///
  /// Only the level that was asked for is known to hold, by a verdict of `holds`, and what it implies.
  public var remaining: [ConsistencyLevel] {
    let violated = violatedLevels
    let left = ConsistencyLevel.allCases.filter { level.implies($0) && !violated.contains($0) }
    return left.filter { level in !left.contains { $0 != level && $0.implies(level) } }
  }

  /// All levels that do not hold.
  private var violatedLevels: [ConsistencyLevel] {
    let levels = Set(anomalies.flatMap(\.violates))
    return ConsistencyLevel.allCases.filter(levels.contains)
  }

  /// The report for people.
  public var text: String {
    var lines = [
      "\(level.rawValue): \(verdict.rawValue)",
      "\(transactionCount) transactions: \(committedCount) committed, \(failedCount) failed, "
        + "\(unknownCount) unknown",
    ]
    if !ruledOut.isEmpty {
      let stronger = ruledOut == [.strictSerializable] ? "" : ", and what is stronger"
      lines.append("ruled out: \(Self.names(ruledOut))\(stronger)")
    }
    if verdict != .holds, !remaining.isEmpty {
      lines.append("not ruled out: \(Self.names(remaining)), and what is weaker")
    }
    lines += unchecked.map { "not checked: \($0)" }
    for anomaly in anomalies { lines += ["", anomaly.text(at: level)] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func names(_ levels: [ConsistencyLevel]) -> String {
    levels.map(\.rawValue).joined(separator: ", ")
  }

  /// The report as one JSON object.
  public var json: String {
    JSONText.object([
      ("level", JSONText.quoted(level.rawValue)),
      ("verdict", JSONText.quoted(verdict.rawValue)),
      ("transactions", String(transactionCount)), ("committed", String(committedCount)),
      ("failed", String(failedCount)),
      ("ruledOut", JSONText.array(ruledOut.map { JSONText.quoted($0.rawValue) })),
      ("remaining", JSONText.array(remaining.map { JSONText.quoted($0.rawValue) })),
      ("unchecked", JSONText.array(unchecked.map(JSONText.quoted))),
      ("anomalies", JSONText.array(anomalies.map(\.json))),
    ])
  }
}
