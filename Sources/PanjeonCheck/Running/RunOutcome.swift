// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting

/// What a run came to.
package struct RunOutcome: Sendable {
  package let request: RunRequest
  package let run: FinishedRun
  let report: CheckReport
  /// What the store or the workload does not hold, beside the level.
  let violations: [String]
  /// Why the run tested too little; nil when it did not.
  let shortfall: String?
  let runNanoseconds: UInt64
  let checkNanoseconds: UInt64
  package let verdict: RunVerdict

  /// Judges a run.
  ///
  /// - Parameters:
  ///   - request: What was asked for.
  ///   - run: What was done.
  ///   - report: What its history says.
  ///   - violations: What the history does not hold of the workload's promises.
  ///   - runNanoseconds: How long the clients took.
  ///   - checkNanoseconds: How long the check took.
  package init(
    request: RunRequest, run: FinishedRun, report: CheckReport, violations: [String],
    runNanoseconds: UInt64, checkNanoseconds: UInt64
  ) {
    self.request = request
    self.run = run
    self.report = report
    self.runNanoseconds = runNanoseconds
    self.checkNanoseconds = checkNanoseconds
    let unexpected = run.counts.errors.keys.filter { !request.expectedErrors.contains($0) }
    let isOfEnvironment = unexpected.contains(where: request.isOfEnvironment)
    let judgedErrors = isOfEnvironment ? [] : unexpected.sorted()
    self.violations =
      violations + run.counts.malformed
      + judgedErrors.map {
        "\(run.counts.errors[$0] ?? 0) times a client met the error '\($0)', which no such run accounts for"
      }
    shortfall = Self.shortfall(request, run, report)
    var verdict = RunVerdict(report, violations: self.violations)
    if shortfall != nil { verdict = max(verdict, .vacuous) }
    if isOfEnvironment { verdict = max(verdict, .failed) }
    if let failure = run.failure {
      verdict = max(verdict, failure.kind == .violated ? .violated : .failed)
    }
    self.verdict = verdict
  }

  /// The smallest part of the transactions that must have been committed: one in so many.
  private static let committedOneIn = 10

  private static func shortfall(
    _ request: RunRequest, _ run: FinishedRun, _ report: CheckReport
  ) -> String? {
    if run.failure != nil { return nil }
    if run.begun < request.transactions {
      return "only \(run.begun) of \(request.transactions) transactions were begun"
    }
    if report.committedCount * committedOneIn < request.transactions {
      return "only \(report.committedCount) of \(request.transactions) transactions were committed"
    }
    if !request.isSingle { return nil }
    var tally = FaultTally(asked: request.faults)
    tally.add(run.faults)
    return tally.missingText
  }

  /// Whether the history and the store are to be kept.
  package var isKept: Bool { verdict == .violated || verdict == .failed }
}
