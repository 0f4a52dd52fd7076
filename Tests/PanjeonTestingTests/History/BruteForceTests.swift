// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

/// Holds the checker against a search through every order.
///
/// `PANJEON_SEED` is the first one's seed, `PANJEON_EFFORT` how many times 300 there are.
@Suite("HistoryChecker: every order of small histories")
struct BruteForceTests {
  private static let levels: [ConsistencyLevel] = [
    .snapshotIsolation, .serializable, .strongSessionSerializable, .strictSerializable,
  ]

  @Test(
    "What is violated has no order, and what holds has one",
    arguments: RandomHistory.Workload.allCases)
  func agrees(_ workload: RandomHistory.Workload) throws {
    TestSeed.announce("every order of \(workload)")
    let first = TestSeed.value
    let rounds = UInt64(300 * TestSeed.effort)
    var counts: [String: Int] = [:]
    for seed in first..<first + rounds {
      if try !check(workload, seed: seed, &counts) { return }
    }
    let text = counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    print("\(workload.rawValue), \(rounds) rounds:", text)
  }

  /// Compares the answers for one history; false when they differ.
  private func check(
    _ workload: RandomHistory.Workload, seed: UInt64, _ counts: inout [String: Int]
  ) throws -> Bool {
    let transactions = RandomHistory.make(workload, seed: seed)
    let events = SmallTransaction.events(transactions)
    let history = try History(events)
    let search = OrderSearch(transactions)
    let strict = HistoryChecker().check(history)
    for level in ConsistencyLevel.allCases {
      let report = HistoryChecker(HistoryChecker.Options(level: level)).check(history)
      let isRuledOut = strict.ruledOut.contains { level.implies($0) }
      var agrees = isRuledOut == (report.verdict == .violated)
      var answer = "not searched"
      if Self.levels.contains(level) {
        let holds = search.holds(level)
        answer = holds ? "has an order" : "has none"
        counts["\(level.rawValue), \(report.verdict.rawValue), \(answer)", default: 0] += 1
        switch report.verdict {
        case .holds: agrees = agrees && holds
        case .violated: agrees = agrees && !holds
        case .unknown: agrees = agrees && (holds || !isComplete(workload, level, transactions))
        }
      }
      let lines = events.map(\.jsonLine).joined(separator: "\n")
      #expect(
        agrees,
        "PANJEON_SEED=\(seed) \(workload) \(level.rawValue) \(answer)\n\(lines)\n\(report.text)")
      if !agrees { return false }
    }
    return true
  }

  /// Whether the history says enough for every violation to be found.
  ///
  /// Inserts alone always do. Lists do if at most one append of each was not read.
  private func isComplete(
    _ workload: RandomHistory.Workload, _ level: ConsistencyLevel,
    _ transactions: [SmallTransaction]
  ) -> Bool {
    if level == .snapshotIsolation { return false }
    if workload == .ranges { return true }
    if workload != .lists { return false }
    var unread: [Scalar: Set<Scalar>] = [:]
    for transaction in transactions where transaction.status == .ok {
      for case .append(let key, let value) in transaction.operations {
        unread[key, default: []].insert(value)
      }
    }
    for transaction in transactions where transaction.status == .ok {
      for case .read(let key, .list(let list)?) in transaction.operations {
        unread[key]?.subtract(list)
      }
    }
    return unread.values.allSatisfy { $0.count < 2 }
  }
}
