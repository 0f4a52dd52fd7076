// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("Workloads", .serialized)
struct WorkloadRunnerTests {
  @Test("Each workload holds on the engine", arguments: WorkloadKind.allCases)
  func holds(kind: WorkloadKind) async throws {
    TestSeed.announce("Workloads")
    let store = try await WorkloadFixture.store()
    let run = try await WorkloadFixture.run(kind, on: store)
    try await store.close()
    let history = try History(run.events)
    let report = HistoryChecker().check(history)
    #expect(report.verdict == .holds, "\(report.text)")
    #expect(kind.workload(seed: TestSeed.value).violations(in: history) == [])
    #expect(run.counts.ok > 200)
    #expect(run.counts.errors == [:])
    #expect(run.counts.malformed == [])
    #expect(run.counts.transactions == history.transactionCount)
  }

  @Test(
    "Each workload holds with lost answers, stalls and clocks that jump",
    arguments: WorkloadKind.allCases)
  func holdsWithFaults(kind: WorkloadKind) async throws {
    let store = try await WorkloadFixture.store()
    let clock = SystemTimeSource()
    var faults = FaultInjector.Options([.lostAck, .stall, .skew])
    (faults.lostPerThousand, faults.stallsPerThousand, faults.jumpsPerThousand) = (400, 20, 200)
    faults.stallMax = .milliseconds(5)
    let injector = FaultInjector(faults, seed: TestSeed.value, clock: clock)
    let recorded = InMemoryHistory()
    var options = WorkloadOptions()
    options.transactions = 300
    let workload = kind.workload(seed: TestSeed.value)
    let runner = WorkloadRunner(workload, clock: clock, history: recorded, options)
    let plain = TransactionManager(store: store, timeSource: clock, seed: 1)
    let managers = (2...4).map {
      TransactionManager(
        store: FaultInjectingStore(store, injector: injector),
        timeSource: SkewedTimeSource(clock, injector: injector), seed: $0)
    }
    try await runner.runFirst(through: plain)
    try await runner.runClients(through: managers)
    injector.stop()
    try await runner.runLast(through: plain)
    try await store.close()
    let history = try History(recorded.events)
    let report = HistoryChecker().check(history)
    #expect(report.verdict == .holds, "\(report.text)")
    #expect(workload.violations(in: history) == [])
    for fault in [WorkloadFault.lostAck, .skew] { #expect(injector.counts[fault] > 0) }
    #expect(injector.counts.total > 10)
  }

  @Test(
    "A commit whose call is made twice is no conflict, as long as nobody comes between",
    arguments: [WorkloadKind.append, .counter, .phantom])
  func repeatedCalls(kind: WorkloadKind) async throws {
    let store = try await WorkloadFixture.store()
    let clock = SystemTimeSource()
    var faults = FaultInjector.Options([.lostAck])
    (faults.lostPerThousand, faults.repeatedPerThousand) = (0, 300)
    let injector = FaultInjector(faults, seed: TestSeed.value, clock: clock)
    let run = try await WorkloadFixture.run(
      kind, on: FaultInjectingStore(store, injector: injector)
    ) { options in
      (options.clients, options.abortPercent) = (1, 0)
    }
    try await store.close()
    #expect(injector.counts[.lostAck] > 30)
    #expect(run.counts.fail == 0)
    #expect(HistoryChecker().check(try History(run.events)).verdict == .holds)
  }

  @Test("A workload is a function of its seed", arguments: WorkloadKind.allCases)
  func isFunctionOfSeed(kind: WorkloadKind) {
    let (one, same, other) = (
      kind.workload(seed: 1), kind.workload(seed: 1), kind.workload(seed: 2)
    )
    func operations(_ workload: any Workload) -> [[MicroOperation]] {
      (0..<200).map { number in
        let transaction = workload.transaction(number)
        return transaction.planned + [transaction.next(after: [])].compactMap { $0 }
      }
    }
    #expect(operations(one) == operations(same))
    #expect(operations(one) != operations(other))
  }

  @Test(
    "No value is written to a key twice, whatever the transactions read",
    arguments: WorkloadKind.allCases)
  func writesAreUnique(kind: WorkloadKind) {
    let workload = kind.workload(seed: 5)
    var written: Set<MicroOperation> = []
    for number in 0..<2000 {
      for operation in workload.transaction(number).planned {
        switch operation {
        case .append, .write, .insert, .delete: #expect(written.insert(operation).inserted)
        case .read, .scan: continue
        }
      }
    }
  }

  @Test("What is given up leaves nothing, and is recorded as failed")
  func abortedTransactions() async throws {
    let store = try await WorkloadFixture.store()
    let run = try await WorkloadFixture.run(.append, on: store) { $0.abortPercent = 50 }
    try await store.close()
    #expect(run.counts.fail > 60)
    #expect(HistoryChecker().check(try History(run.events)).verdict == .holds)
  }

  @Test("A client that dies leaves its transaction without a known end, and others go on")
  func deadClient() async throws {
    let store = try await WorkloadFixture.store()
    let recorded = InMemoryHistory()
    var options = WorkloadOptions()
    options.transactions = 40
    let clock = SystemTimeSource()
    let runner = WorkloadRunner(
      WorkloadKind.bank.workload(seed: 3), clock: clock, history: recorded, options)
    let manager = TransactionManager(store: store, timeSource: clock, seed: 3)
    try await runner.runFirst(through: manager)
    try await runner.runClient(through: manager) { recorded.events.count < 21 }
    try await runner.runClient(through: manager)
    try await runner.runLast(through: manager)
    try await store.close()
    #expect(runner.counts.info == 1)
    #expect(runner.transactionsBegun == 40)
    #expect(HistoryChecker().check(try History(recorded.events)).verdict == .holds)
  }
}
