// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// A machine whose power is cut keeps what was acknowledged as being on disk, and no run takes it for granted.
@Suite("Runs in memory whose power is cut", .serialized)
struct MemoryCrashRunTests {
  private func request(
    _ kind: WorkloadKind, _ faults: Set<WorkloadFault> = [.crash], transactions: Int = 240,
    seed: UInt64 = TestSeed.value
  ) -> RunRequest {
    RunRequest(
      kind: kind, store: .memory, faults: faults, clients: 6, transactions: transactions, seed: seed
    )
  }

  @Test("Each workload holds, and goes on until all is done", arguments: WorkloadKind.allCases)
  func holds(kind: WorkloadKind) async throws {
    TestSeed.announce("Runs in memory whose power is cut")
    for round in 0..<UInt64(TestSeed.effort) {
      let outcome = try await request(kind, seed: TestSeed.value &+ round).run()
      #expect(outcome.verdict == .holds, "\(outcome.text(isShort: false))")
      #expect(outcome.run.faults[.crash] >= 1)
      #expect(outcome.run.begun == 240)
      #expect(outcome.run.counts.errors == [:])
    }
  }

  @Test("All faults together", arguments: [WorkloadKind.append, .bank, .phantom])
  func allFaults(kind: WorkloadKind) async throws {
    let faults = Set(WorkloadFault.allCases)
    let outcome = try await request(kind, faults).run()
    #expect(outcome.verdict == .holds, "\(outcome.text(isShort: false))")
    for fault in faults { #expect(outcome.run.faults[fault] > 0, "\(fault)") }
  }

  @Test("Clients come back under new numbers, whose histories are joined")
  func processes() async throws {
    let outcome = try await request(.append).run()
    let history = try History(jsonLines: outcome.run.history)
    let lives = Set(history.transactions.map { $0.process / 1_000_000 })
    // Beside what comes first: a life for each crash, and what comes last.
    #expect(lives.subtracting([0]).count == outcome.run.faults[.crash] + 1)
  }

  @Test("One transaction is enough for a crash")
  func tiny() async throws {
    let outcome = try await request(.register, transactions: 1).run()
    #expect(outcome.run.faults[.crash] == 1)
    #expect(outcome.run.begun == 1)
  }

  @Test(
    "A disk that lies about syncs of the log is found out", arguments: [WorkloadKind.append, .set])
  func lostSyncs(kind: WorkloadKind) async throws {
    let request = request(kind)
    let run = await MemoryCrashRun(request: request) { call in
      call.kind == .sync && call.path.hasSuffix(".log") ? .lost : nil
    }.run()
    let outcome = request.judge(run)
    #expect(outcome.verdict == .violated, "\(outcome.text(isShort: false))")
  }

  @Test("A store that cannot be opened after a crash is violated, and the history is kept")
  func unopenable() async throws {
    let request = request(.append)
    let run = await MemoryCrashRun(request: request) { call in
      call.kind == .write && call.path.contains("MANIFEST") ? .flippedBit(77) : nil
    }.run()
    let outcome = request.judge(run)
    #expect(outcome.verdict == .violated)
    #expect(run.failure?.kind == .violated)
    #expect(outcome.text(isShort: true).contains("violated: the store could not be opened again: "))
    #expect(outcome.text(isShort: true).contains("\n  replay: panjeon-check run --workload append"))
    #expect(try History(jsonLines: run.history).transactionCount > 0)
    #expect(outcome.isKept)
  }
}
