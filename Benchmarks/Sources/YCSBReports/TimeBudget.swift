// SPDX-License-Identifier: Apache-2.0

internal import YCSB
internal import YCSBEngines

/// Shares the time that a plan may take among its parts, so that it ends when it said it would.
///
/// A part that is slower than was thought takes time from those to come, each by its weight; they then make fewer rounds.
struct TimeBudget {
  /// What loading a record into five engines takes, roughly; SQLite takes most of it.
  private static let secondsPerRecord = 0.0006
  /// The same where each record is a transaction's.
  private static let secondsPerTransaction = 0.0012
  /// What an engine takes around each run until it rests, in seconds.
  private static let secondsAround = 0.03

  private let end: UInt64?
  /// What each part to come takes in seconds, if nothing is in its way.
  private var parts: ArraySlice<Double>

  init(_ plan: Plan) {
    end = plan.secondsMax.map { Clock.now() + UInt64($0 * 1e9) }
    var parts: [Double] = []
    for stage in plan.stages {
      let isTransactional = stage.subject == .panjeonTransactional
      let records = stage.records * (stage.loadsInParts ? 1 : max(1, stage.loadRounds))
      parts.append(
        Double(records) * (isTransactional ? Self.secondsPerTransaction : Self.secondsPerRecord))
      let seconds = stage.seconds + Self.secondsAround
      let runs = Double(stage.rounds * stage.clients.count) * seconds + stage.warmupSeconds
      parts.append(runs * Double(stage.engines.count * stage.workloads.count))
    }
    if plan.measuresMemory, let first = plan.stages.first {
      parts.append(1.3 * Double(first.records) * Self.secondsPerRecord)
    }
    self.parts = parts[...]
  }

  /// Begins the next part; returns when it should be over.
  mutating func beginPart() -> UInt64 {
    guard let part = parts.popFirst(), let end else { return .max }
    let now = Clock.now()
    let rest = parts.reduce(part, +)
    guard end > now, rest > 0 else { return now }
    return now + UInt64(Double(end - now) * part / rest)
  }
}
