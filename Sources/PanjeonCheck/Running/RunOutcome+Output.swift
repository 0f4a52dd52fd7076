// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting

extension RunOutcome {
  /// The outcome for people; a short one is one line as long as all is well.
  package func text(isShort: Bool) -> String {
    let heading =
      "\(request.kind.rawValue) on \(request.store.name), seed \(request.seed): \(verdict.rawValue)"
    let events =
      "\(report.transactionCount) transactions (\(report.committedCount) ok, \(report.failedCount) fail, "
      + "\(report.unknownCount) info) in \(Self.seconds(runNanoseconds)), "
      + "checked in \(Self.seconds(checkNanoseconds)); faults: \(faultsText)"
    let errors = run.counts.errors.keys.sorted().map { "\(run.counts.errors[$0] ?? 0) \($0)" }
      .joined(separator: ", ")
    if isShort, verdict == .holds {
      return "\(heading); \(events)" + (errors.isEmpty ? "" : "; errors: \(errors)")
    }
    var lines = [heading, "  " + events]
    if !errors.isEmpty { lines.append("  errors: \(errors)") }
    lines += violations.map { "  violated: \($0)" }
    if let failure = run.failure { lines.append("  \(failure.kind.rawValue): \(failure.message)") }
    if let shortfall { lines.append("  vacuous: \(shortfall)") }
    if verdict != .holds {
      lines.append("  replay: \(request.command)")
      lines += report.text.split(separator: "\n", omittingEmptySubsequences: false).map {
        "  \($0)"
      }
    }
    return lines.joined(separator: "\n")
  }

  private var faultsText: String {
    let injected = WorkloadFault.allCases.filter(request.faults.contains).map { fault in
      let early = fault == .crash && run.earlyCrashes > 0
      return "\(run.faults[fault]) \(fault.rawValue)"
        + (early ? " (and \(run.earlyCrashes) before anything was begun)" : "")
    }
    return injected.isEmpty ? "none" : injected.joined(separator: ", ")
  }

  /// The outcome as one JSON object.
  package var json: String {
    let injected = WorkloadFault.allCases.filter(request.faults.contains).map {
      ($0.rawValue, String(run.faults[$0]))
    }
    let errors = run.counts.errors.sorted { $0.key < $1.key }.map { ($0.key, String($0.value)) }
    return JSONText.object([
      ("workload", JSONText.quoted(request.kind.rawValue)),
      ("store", JSONText.quoted(request.store.name)),
      ("path", JSONText.quoted(request.path.rawValue)),
      ("processes", request.processes.map { String($0) } ?? "null"),
      ("seed", String(request.seed)), ("clients", String(request.clients)),
      ("verdict", JSONText.quoted(verdict.rawValue)),
      ("asked", String(request.transactions)), ("begun", String(run.begun)),
      ("transactions", String(report.transactionCount)), ("ok", String(report.committedCount)),
      ("fail", String(report.failedCount)), ("info", String(report.unknownCount)),
      ("faults", JSONText.object(injected)), ("earlyCrashes", String(run.earlyCrashes)),
      ("errors", JSONText.object(errors)),
      ("runSeconds", Self.decimal(runNanoseconds)),
      ("checkSeconds", Self.decimal(checkNanoseconds)),
      ("violations", JSONText.array(violations.map(JSONText.quoted))),
      ("failure", run.failure.map { JSONText.quoted($0.message) } ?? "null"),
      ("shortfall", shortfall.map(JSONText.quoted) ?? "null"),
      ("replay", JSONText.quoted(request.command)), ("report", report.json),
    ])
  }

  private static func seconds(_ nanoseconds: UInt64) -> String { decimal(nanoseconds) + " s" }

  /// Seconds with two places.
  static func decimal(_ nanoseconds: UInt64) -> String {
    let hundredths = (nanoseconds + 5_000_000) / 10_000_000
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
