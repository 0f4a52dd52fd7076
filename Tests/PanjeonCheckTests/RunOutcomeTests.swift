// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonTesting
import Testing

@Suite("What a run came to")
struct RunOutcomeTests {
  private func outcome(
    _ events: [HistoryEvent], store: StoreSelection = .simulated
  ) throws -> RunOutcome {
    let history = try History(events)
    var faults = WorkloadFaultCounts()
    faults[.crash] = 3
    return RunOutcome(
      request: RunRequest(
        kind: .append, store: store, faults: [.skew, .crash], clients: 3, transactions: 10, seed: 42
      ),
      history: [], counts: WorkloadCounts(), faults: faults,
      report: HistoryChecker().check(history),
      violations: [], runNanoseconds: 1_239_000_000, checkNanoseconds: 4_000_000)
  }

  private static let right = [
    HistoryEvent(process: 0, kind: .invoke, time: 1, value: [.append(1, 1)]),
    HistoryEvent(process: 0, kind: .ok, time: 2, value: [.append(1, 1)]),
  ]
  private static let stale =
    right + [
      HistoryEvent(process: 1, kind: .invoke, time: 3, value: [.read(1, nil)]),
      HistoryEvent(process: 1, kind: .ok, time: 4, value: [.read(1, .list([]))]),
    ]
  private static let replay =
    "panjeon-check run --workload append --store simulated --clients 3 --transactions 10 --seed 42 --faults crash,skew"

  @Test("One that holds is one line among several, with counts and faults")
  func short() throws {
    #expect(
      try outcome(Self.right).text(isShort: true)
        == "append on simulated, seed 42: holds; 1 transactions (1 ok, 0 fail, 0 info) in 1.24 s, "
        + "checked in 0.00 s; faults: 3 crash, 0 skew")
  }

  @Test("One that does not hold tells how to replay it, and the cycle")
  func violated() throws {
    let text = try outcome(Self.stale).text(isShort: true)
    #expect(text.contains("append on simulated, seed 42: violated\n"))
    #expect(text.contains("\n  replay: \(Self.replay)\n"))
    #expect(text.contains("G-single-realtime: a cycle of 2 transactions"))
    #expect(text.contains("T1"))
  }

  @Test("JSON is one line with the same")
  func json() throws {
    let json = try outcome(Self.stale).json
    #expect(!json.contains("\n"))
    for field in [
      "\"workload\":\"append\"", "\"seed\":42", "\"verdict\":\"violated\"", "\"ok\":2",
      "\"info\":0",
      "\"faults\":{\"crash\":3,\"skew\":0}", "\"runSeconds\":1.24", "\"replay\":\"\(Self.replay)\"",
      "\"name\":\"G-single-realtime\"",
    ] { #expect(json.contains(field), "\(field) in \(json)") }
  }

  @Test("A directory with spaces and quotes is quoted for the shell")
  func quoted() throws {
    let text = try outcome(Self.stale, store: .directory("/a b/it's")).text(isShort: false)
    #expect(text.contains("--store '/a b/it'\\''s' --clients"))
  }
}
