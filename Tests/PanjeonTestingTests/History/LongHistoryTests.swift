// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing

/// Checks long histories, and prints how long it takes.
///
/// `PANJEON_EFFORT` sets how many thousands of transactions there are.
@Suite("HistoryChecker: long histories", .serialized)
struct LongHistoryTests {
  private static let count = 1000 * TestSeed.effort

  @Test(
    "A store that is right holds to strict serializability",
    arguments: [LongHistory.Workload.lists, .registers, .ranges])
  func holds(_ workload: LongHistory.Workload) throws {
    let report = try check(workload, stalePerMille: 0)
    #expect(report.verdict == .holds, "\(report.text)")
  }

  @Test("Blind writes leave the order of versions open, and no violation is made of it")
  func blindWrites() throws {
    let report = try check(.blindWrites, stalePerMille: 0)
    #expect(report.verdict != .violated, "\(report.text)")
  }

  @Test(
    "Stale reads are found", arguments: [LongHistory.Workload.lists, .registers, .ranges], [1, 50])
  func staleReads(_ workload: LongHistory.Workload, stalePerMille: Int) throws {
    let report = try check(workload, stalePerMille: stalePerMille)
    #expect(report.verdict == .violated)
    #expect(report.anomalies.contains { !$0.steps.isEmpty })
  }

  private func check(
    _ workload: LongHistory.Workload, stalePerMille: Int
  ) throws -> CheckReport {
    let lines = LongHistory.events(workload, count: Self.count, stalePerMille: stalePerMille)
      .map(\.jsonLine).joined(separator: "\n")
    let bytes = Array(lines.utf8)
    let clock = ContinuousClock()
    let start = clock.now
    let history = try History(jsonLines: bytes)
    let middle = clock.now
    let report = HistoryChecker().check(history)
    let end = clock.now
    print(
      "\(Self.count) transactions of \(workload.rawValue), \(stalePerMille) of 1000 reads stale: "
        + "\(bytes.count) bytes read in \(middle - start), checked in \(end - middle), "
        + "\(report.verdict.rawValue), \(report.anomalies.map(\.name))")
    return report
  }
}
