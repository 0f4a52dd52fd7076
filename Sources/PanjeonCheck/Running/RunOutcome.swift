// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting

/// What a run came to.
package struct RunOutcome: Sendable {
  let request: RunRequest
  /// The history file.
  package let history: [UInt8]
  let counts: WorkloadCounts
  package let faults: WorkloadFaultCounts
  let report: CheckReport
  /// What the workload promises beside the level, and does not hold.
  let violations: [String]
  let runNanoseconds: UInt64
  let checkNanoseconds: UInt64

  package init(
    request: RunRequest, history: [UInt8], counts: WorkloadCounts, faults: WorkloadFaultCounts,
    report: CheckReport, violations: [String], runNanoseconds: UInt64, checkNanoseconds: UInt64
  ) {
    self.request = request
    self.history = history
    self.counts = counts
    self.faults = faults
    self.report = report
    self.violations = violations
    self.runNanoseconds = runNanoseconds
    self.checkNanoseconds = checkNanoseconds
  }

  var verdict: RunVerdict { RunVerdict(report, violations: violations) }

  /// The outcome for people; a short one is one line as long as all is well.
  package func text(isShort: Bool) -> String {
    let unknown = report.transactionCount - report.committedCount - report.failedCount
    let injected = WorkloadFault.allCases.filter(request.faults.contains)
      .map { "\(faults[$0]) \($0.rawValue)" }.joined(separator: ", ")
    let heading =
      "\(request.kind.rawValue) on \(request.store.name), seed \(request.seed): \(verdict.rawValue)"
    let events =
      "\(report.transactionCount) transactions (\(report.committedCount) ok, \(report.failedCount) fail, \(unknown) info) "
      + "in \(Self.seconds(runNanoseconds)), checked in \(Self.seconds(checkNanoseconds)); "
      + "faults: \(injected.isEmpty ? "none" : injected)"
    if isShort, verdict == .holds { return "\(heading); \(events)" }
    var lines = [heading, "  " + events]
    let errors = counts.errors.keys.sorted().map { "\(counts.errors[$0] ?? 0) \($0)" }
    if !errors.isEmpty { lines.append("  errors: \(errors.joined(separator: ", "))") }
    lines += violations.map { "  violated: \($0)" }
    if verdict != .holds {
      lines.append("  replay: \(request.command)")
      lines += report.text.split(separator: "\n", omittingEmptySubsequences: false).map {
        "  \($0)"
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The outcome as one JSON object.
  package var json: String {
    let injected = WorkloadFault.allCases.filter(request.faults.contains).map {
      ($0.rawValue, String(faults[$0]))
    }
    let errors = counts.errors.sorted { $0.key < $1.key }.map { ($0.key, String($0.value)) }
    let unknown = report.transactionCount - report.committedCount - report.failedCount
    return JSONText.object([
      ("workload", JSONText.quoted(request.kind.rawValue)),
      ("store", JSONText.quoted(request.store.name)), ("path", JSONText.quoted("one-batch")),
      ("seed", String(request.seed)), ("clients", String(request.clients)),
      ("verdict", JSONText.quoted(verdict.rawValue)),
      ("transactions", String(report.transactionCount)), ("ok", String(report.committedCount)),
      ("fail", String(report.failedCount)), ("info", String(unknown)),
      ("faults", JSONText.object(injected)), ("errors", JSONText.object(errors)),
      ("runSeconds", Self.decimal(runNanoseconds)),
      ("checkSeconds", Self.decimal(checkNanoseconds)),
      ("violations", JSONText.array(violations.map(JSONText.quoted))),
      ("replay", JSONText.quoted(request.command)), ("report", report.json),
    ])
  }

  private static func seconds(_ nanoseconds: UInt64) -> String { decimal(nanoseconds) + " s" }

  /// Seconds with two places.
  private static func decimal(_ nanoseconds: UInt64) -> String {
    let hundredths = (nanoseconds + 5_000_000) / 10_000_000
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
