// SPDX-License-Identifier: Apache-2.0

/// Whether stalls of the durable volume are hardly felt: p99.9 with them may be half as much again as without, and 2 ms more.
package struct StallVerdict: Codable, Hashable, Sendable {
  package static let factor = 1.5
  package static let slackMilliseconds = 2.0

  package var placement: StallPlacement
  package var durability: String
  /// Commits or reads.
  package var operations: String
  /// p99.9 in milliseconds.
  package var withStalls: Double
  package var without: Double
  package var isMet: Bool
  /// Why the figures prove nothing, if they do not; then it is not met.
  package var objection: String?

  private enum CodingKeys: String, CodingKey {
    case placement, durability, operations
    case withStalls = "p999_with_stalls_ms"
    case without = "p999_without_stalls_ms"
    case isMet = "is_met"
    case objection
  }

  package init(
    _ placement: StallPlacement, durability: String, operations: String, withStalls: Double,
    without: Double, objection: String? = nil
  ) {
    self.placement = placement
    self.durability = durability
    self.operations = operations
    self.withStalls = withStalls
    self.without = without
    self.objection = objection
    isMet = false
    isMet = objection == nil && withStalls <= allowed
  }

  /// In milliseconds.
  package var allowed: Double { Self.factor * without + Self.slackMilliseconds }

  package var line: String {
    func milliseconds(_ value: Double) -> String { TextTable.rounded(value, 2) + " ms" }
    let why = objection.map { " (\($0))" } ?? ""
    return
      "\(placement.rawValue), \(durability), \(operations): p99.9 with stalls \(milliseconds(withStalls)), "
      + "without \(milliseconds(without)), allowed 1.5 Y + 2 ms = \(milliseconds(allowed)): "
      + (isMet ? "met" : "not met") + why
  }
}

extension StallVerdict {
  /// The verdicts on two ephemeral copies and one durable: none unless it ran, and with commits that do not wait for the durable copy.
  package static func all(_ trials: [StallTrial], durability: String) -> [StallVerdict] {
    guard durability == "os" else { return [] }
    let own = trials.filter { $0.placement == .twoPlusOne }
    guard let stalled = own.first(where: \.hasStalls),
      let calm = own.first(where: { !$0.hasStalls })
    else { return [] }
    let objection = objection(stalled, calm)
    return [
      StallVerdict(
        .twoPlusOne, durability: durability, operations: "commits",
        withStalls: stalled.commits.p999 / 1000, without: calm.commits.p999 / 1000,
        objection: objection),
      StallVerdict(
        .twoPlusOne, durability: durability, operations: "reads",
        withStalls: stalled.reads.p999 / 1000, without: calm.reads.p999 / 1000,
        objection: objection),
    ]
  }

  private static func objection(_ stalled: StallTrial, _ calm: StallTrial) -> String? {
    let copies = min(stalled.copies, calm.copies)
    if copies < stalled.volumes {
      return "the store has files on \(copies) of \(stalled.volumes) volumes"
    }
    if stalled.stallCount == 0 || stalled.heldUpCalls.isEmpty { return "nothing was held up" }
    return nil
  }
}
