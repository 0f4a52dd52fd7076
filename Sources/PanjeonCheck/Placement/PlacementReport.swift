// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting
internal import WideColumn

/// What is told of trials of placement.
package struct PlacementReport: Sendable {
  package private(set) var seeds = 0
  package private(set) var outcome = PlacementOutcome()
  var nanoseconds: UInt64 = 0

  package init() {}

  package mutating func add(_ other: PlacementOutcome) {
    seeds += 1
    outcome.add(other)
  }

  /// The worst of what was found.
  package var verdict: RunVerdict {
    if !outcome.violations.isEmpty { return .violated }
    return outcome.checks == 0 || outcome.faults.total == 0 ? .vacuous : .holds
  }

  /// The line that runs one seed again.
  static func replay(_ command: PlacementCommand, seed: UInt64) -> String {
    "panjeon-check placement --first-seed \(seed) --lives \(command.lives) --batches \(command.batches)"
      + (command.withoutReturns ? " --without-returns" : "")
      + (command.planted.map { " --planted \($0.rawValue)" } ?? "")
  }

  static func text(_ violation: PlacementOutcome.Violation, replay: String) -> String {
    (["seed \(violation.seed): violated: \(violation.text)"]
      + violation.journal.map { "    " + $0 } + ["  replay: \(replay) --seeds 1"])
      .joined(separator: "\n")
  }

  private var acknowledged: String {
    Durability.allCases.map { "\(outcome.acknowledged[$0] ?? 0) \(Self.name($0))" }
      .joined(separator: ", ")
  }

  private static func name(_ durability: Durability) -> String {
    switch durability {
    case .memory: "memory"
    case .operatingSystem: "os"
    case .disk: "disk"
    }
  }

  /// The report for people.
  package var text: String {
    let faults = PlacementFault.allCases.map { "\(outcome.faults[$0]) \($0.phrase)" }
    var lines = [
      "placement: \(verdict.rawValue); \(seeds) seeds, \(outcome.lives) lives in \(RunOutcome.decimal(nanoseconds)) s",
      "  faults: \(outcome.faults.total): " + faults.joined(separator: ", "),
      "  commits acknowledged: \(acknowledged)",
      "  checks: \(outcome.checks) of what was left after \(outcome.losses) losses, \(outcome.reads) reads meanwhile; "
        + "nothing promised \(outcome.hopeless + outcome.refused) times, of which \(outcome.refused) were refused",
      "  violations: \(outcome.violations.count)",
    ]
    if !outcome.survivals.isEmpty { lines += ["", table] }
    return lines.joined(separator: "\n")
  }

  /// What was lost, by mode: commits that were there afterwards, of those acknowledged in the life before.
  private var table: String {
    let cells = outcome.survivals.sorted { $0.key < $1.key }.map { entry in
      (
        entry.key.mode, entry.key.loss, "\(entry.value.kept) of \(entry.value.acknowledged)",
        Self.promise(entry.key)
      )
    }
    let head = ("acknowledged as", "lost", "kept", "promised")
    let rows = [head] + cells
    let widths = [
      rows.map(\.0.utf8.count).max() ?? 0, rows.map(\.1.utf8.count).max() ?? 0,
      rows.map(\.2.utf8.count).max() ?? 0,
    ]
    return rows.map { row in
      "  " + Self.padded(row.0, widths[0]) + "  " + Self.padded(row.1, widths[1]) + "  "
        + Self.padded(row.2, widths[2]) + "  " + row.3
    }.joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  /// What the table of the page *Replication* says; of volumes beyond two ephemeral ones and a durable one each file is on some only.
  static func promise(_ key: PlacementOutcome.Case) -> String {
    let isPower = key.loss.hasPrefix("power")
    let losesDurable = key.loss.contains("durable")
    switch key.mode {
    case "memory": return "nothing"
    case "os":
      if isPower { return "nothing behind the last sync" }
      return key.loss == "process" || key.loss == "process and one ephemeral"
        || key.loss == "process and durable" ? "all" : "a beginning"
    default:
      if !losesDurable { return "all" }
      if !isPower { return key.loss == "process and durable" ? "all" : "nothing" }
      return key.mode == "disk" || key.loss.contains("all ephemeral") ? "nothing" : "all"
    }
  }

  /// The report as a JSON object.
  package var json: String {
    let faults = PlacementFault.allCases.map { ($0.rawValue, String(outcome.faults[$0])) }
    let acknowledged = Durability.allCases.map {
      (Self.name($0), String(outcome.acknowledged[$0] ?? 0))
    }
    let survivals = outcome.survivals.sorted { $0.key < $1.key }.map { entry in
      JSONText.object([
        ("mode", JSONText.quoted(entry.key.mode)), ("loss", JSONText.quoted(entry.key.loss)),
        ("acknowledged", String(entry.value.acknowledged)), ("kept", String(entry.value.kept)),
      ])
    }
    let violations = outcome.violations.map { violation in
      JSONText.object([
        ("seed", String(violation.seed)), ("text", JSONText.quoted(violation.text)),
        ("journal", JSONText.array(violation.journal.map(JSONText.quoted))),
      ])
    }
    return JSONText.object([
      ("verdict", JSONText.quoted(verdict.rawValue)), ("seeds", String(seeds)),
      ("lives", String(outcome.lives)), ("faults", JSONText.object(faults)),
      ("acknowledged", JSONText.object(acknowledged)), ("reads", String(outcome.reads)),
      ("checks", String(outcome.checks)), ("losses", String(outcome.losses)),
      ("hopeless", String(outcome.hopeless)), ("refused", String(outcome.refused)),
      ("survivals", JSONText.array(survivals)), ("violations", JSONText.array(violations)),
      ("seconds", RunOutcome.decimal(nanoseconds)),
    ])
  }
}
