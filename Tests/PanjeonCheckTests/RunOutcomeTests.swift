// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonTesting
import Testing

@Suite("What a run came to")
struct RunOutcomeTests {
  private func outcome(
    _ events: [HistoryEvent], store: StoreSelection = .simulated, transactions: Int = 10,
    _ change: (inout FinishedRun) -> Void = { _ in }
  ) throws -> RunOutcome {
    let history = try History(events)
    var run = FinishedRun()
    run.faults[.crash] = 3
    run.begun = 10
    change(&run)
    return RunOutcome(
      request: RunRequest(
        kind: .append, store: store, faults: [.skew, .crash], clients: 3,
        transactions: transactions, seed: 42),
      run: run, report: HistoryChecker().check(history), violations: [],
      runNanoseconds: 1_239_000_000, checkNanoseconds: 4_000_000)
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
    "panjeon-check run --workload append --store simulated --path one-batch --clients 3 --transactions 10 --seed 42 --faults crash,skew"

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
      "\"workload\":\"append\"", "\"path\":\"one-batch\"", "\"seed\":42",
      "\"verdict\":\"violated\"", "\"ok\":2",
      "\"info\":0",
      "\"faults\":{\"crash\":3,\"skew\":0}", "\"runSeconds\":1.24", "\"replay\":\"\(Self.replay)\"",
      "\"name\":\"G-single-realtime\"",
    ] { #expect(json.contains(field), "\(field) in \(json)") }
  }

  @Test("A directory with spaces and quotes is quoted for the shell")
  func quoted() throws {
    let text = try outcome(Self.stale, store: .directory("/a b/it's")).text(isShort: false)
    #expect(text.contains("--store '/a b/it'\\''s' --path one-batch"))
  }

  @Test("Crashes before anything was begun are told apart")
  func earlyCrashes() throws {
    let outcome = try outcome(Self.right) { $0.earlyCrashes = 2 }
    #expect(
      outcome.text(isShort: true).contains(
        "faults: 3 crash (and 2 before anything was begun), 0 skew")
    )
    #expect(outcome.json.contains("\"earlyCrashes\":2"))
  }

  @Test("An error that the faults do not account for is a violation")
  func unexpectedError() throws {
    let outcome = try outcome(Self.right) { $0.counts.errors = ["readOnly": 3] }
    #expect(outcome.verdict == .violated)
    let text = outcome.text(isShort: true)
    #expect(text.contains("\n  errors: 3 readOnly\n"))
    #expect(text.contains("\n  violated: 3 times a client met the error 'readOnly'"))
    #expect(text.contains("\n  replay: \(Self.replay)\n"))
  }

  @Test("A full disk is a failure, not a violation; in memory there is none")
  func fullDisk() throws {
    let errors = ["readOnly because of noSpace": 3, "readOnly": 50]
    #expect(
      try outcome(Self.right, store: .directory("d")) { $0.counts.errors = errors }.verdict
        == .failed)
    #expect(
      try outcome(Self.right, store: .memory) { $0.counts.errors = errors }.verdict == .violated)
  }

  @Test("A short line has the errors that are accounted for")
  func expectedError() throws {
    let request = RunRequest(
      kind: .append, store: .simulated, faults: [.stall], clients: 3, transactions: 1, seed: 42)
    var run = FinishedRun()
    (run.begun, run.counts.errors) = (1, ["unavailable": 2])
    let outcome = RunOutcome(
      request: request, run: run, report: HistoryChecker().check(try History(Self.right)),
      violations: [], runNanoseconds: 0, checkNanoseconds: 0)
    #expect(outcome.verdict == .holds)
    #expect(outcome.text(isShort: true).hasSuffix("; errors: 2 unavailable"))
  }

  @Test("Fewer transactions than were asked for test too little")
  func shortfall() throws {
    let fewBegun = try outcome(Self.right) { $0.begun = 9 }
    #expect(fewBegun.verdict == .vacuous)
    #expect(
      fewBegun.text(isShort: true).contains("\n  vacuous: only 9 of 10 transactions were begun\n"))
    let fewCommitted = try outcome(Self.right, transactions: 20) { $0.begun = 20 }
    #expect(fewCommitted.verdict == .vacuous)
    #expect(
      fewCommitted.json.contains("\"shortfall\":\"only 1 of 20 transactions were committed\""))
  }

  @Test("A run that failed says why, and is kept")
  func failed() throws {
    let failed = try outcome(Self.right) { $0.failure = RunFailure(.failed, "no more power") }
    #expect(failed.verdict == .failed)
    #expect(failed.text(isShort: true).contains("\n  failed: no more power\n"))
    #expect(failed.isKept)
    let violated = try outcome(Self.right) { $0.failure = RunFailure(.violated, "it is gone") }
    #expect(violated.verdict == .violated)
    #expect(violated.json.contains("\"failure\":\"it is gone\""))
  }

  @Test("A single run must see each fault that was asked for")
  func missingFault() throws {
    var run = FinishedRun()
    (run.begun, run.faults[.crash]) = (1, 3)
    for isSingle in [true, false] {
      let request = RunRequest(
        kind: .append, store: .memory, faults: [.crash, .skew], clients: 1, transactions: 1,
        seed: 42, isSingle: isSingle)
      let outcome = RunOutcome(
        request: request, run: run, report: HistoryChecker().check(try History(Self.right)),
        violations: [], runNanoseconds: 0, checkNanoseconds: 0)
      #expect(outcome.verdict == (isSingle ? .vacuous : .holds))
      let text = outcome.text(isShort: false)
      #expect(text.contains("\n  vacuous: no fault was injected of skew, ") == isSingle)
    }
  }
}
