// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting

/// What a run of lives came to.
package struct LivesOutcome: Sendable {
  package let request: LivesRequest
  /// What was done.
  var counts = LivesLedger.Counts()
  /// What does not hold afterwards: invariants of the audit, and messages that are lost; the first ones.
  package var violations: [String] = []
  /// Which faults were injected.
  package var faults = WorkloadFaultCounts()
  /// How many steps a simulation took.
  var steps = 0
  /// Why it did not come to its end, if it did not.
  var failure: RunFailure?
  var runNanoseconds: UInt64 = 0

  init(_ request: LivesRequest) { self.request = request }

  /// The worst of all that was found.
  package var verdict: RunVerdict {
    if !violations.isEmpty || failure?.kind == .violated { return .violated }
    if failure != nil { return .failed }
    return shortfall == nil ? .holds : .vacuous
  }

  /// Why it has tested too little; nil when it has not.
  private var shortfall: String? {
    if counts.begun < request.operations { return "only \(counts.begun) operations were begun" }
    if counts.sent == 0 { return "no message was acknowledged" }
    let missing = WorkloadFault.allCases.filter { request.faults.contains($0) && faults[$0] == 0 }
    // Few operations meet few faults: of those alone that were to come, none at all is too few.
    return missing.count == request.faults.count && !missing.isEmpty
      ? "no fault was injected" : nil
  }

  /// How many operations of each kind were done.
  package var actions: [String: Int] { counts.actions }

  /// All that a seed decides on the simulated store.
  package var digest: String {
    let counted = (counts.actions.merging(counts.errors, uniquingKeysWith: +)).sorted {
      $0.key < $1.key
    }
    return "\(counts.begun) \(counted) \(faults.total) \(steps) \(violations)"
  }

  /// How many messages were acknowledged.
  package var sent: Int { counts.sent }

  /// The outcome for people.
  package var text: String {
    let injected = WorkloadFault.allCases.filter(request.faults.contains).map {
      "\(faults[$0]) \($0.rawValue)"
    }
    let errors = counts.errors.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let faultsText = injected.isEmpty ? "none" : injected.joined(separator: ", ")
    var heading = "lives on \(request.store), seed \(request.seed): \(verdict.rawValue); "
    heading += "\(counts.begun) operations (\(counts.done) done, \(counts.refused) refused, "
    heading += "\(counts.sent) messages) in \(RunOutcome.decimal(runNanoseconds)) s; "
    heading += "faults: \(faultsText)"
    if !errors.isEmpty { heading += "; errors: " + errors.joined(separator: ", ") }
    var lines = [heading]
    lines += violations.map { "  violated: \($0)" }
    if let failure { lines.append("  \(failure.kind.rawValue): \(failure.message)") }
    if let shortfall { lines.append("  vacuous: \(shortfall)") }
    if verdict != .holds { lines.append("  replay: \(request.command)") }
    return lines.joined(separator: "\n")
  }

  /// The outcome as one JSON object.
  package var json: String {
    let injected = WorkloadFault.allCases.filter(request.faults.contains).map {
      ($0.rawValue, String(faults[$0]))
    }
    let actions = counts.actions.sorted { $0.key < $1.key }.map { ($0.key, String($0.value)) }
    let errors = counts.errors.sorted { $0.key < $1.key }.map { ($0.key, String($0.value)) }
    let fields: [(String, String)] = [
      ("workload", JSONText.quoted("lives")), ("store", JSONText.quoted("\(request.store)")),
      ("seed", String(request.seed)), ("clients", String(request.clients)),
      ("couples", String(request.couples)), ("verdict", JSONText.quoted(verdict.rawValue)),
      ("asked", String(request.operations)), ("begun", String(counts.begun)),
      ("done", String(counts.done)), ("refused", String(counts.refused)),
      ("sent", String(counts.sent)),
      ("actions", JSONText.object(actions)), ("errors", JSONText.object(errors)),
      ("faults", JSONText.object(injected)), ("steps", String(steps)),
      ("runSeconds", RunOutcome.decimal(runNanoseconds)),
      ("violations", JSONText.array(violations.map(JSONText.quoted))),
      ("failure", failure.map { JSONText.quoted($0.message) } ?? "null"),
      ("shortfall", shortfall.map(JSONText.quoted) ?? "null"),
      ("replay", JSONText.quoted(request.command)),
    ]
    return JSONText.object(fields)
  }
}
