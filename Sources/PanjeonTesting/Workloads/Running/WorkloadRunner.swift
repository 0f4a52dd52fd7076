// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
internal import Synchronization
public import WideColumn

/// Runs a workload on a store, and writes its history down.
///
/// ```swift
/// let recorded = InMemoryHistory()
/// let runner = WorkloadRunner(WorkloadKind.append.workload(seed: 7), clock: clock, history: recorded)
/// try await runner.run(through: [manager])
/// let history = try History(recorded.events)
/// ```
///
/// The parts of a run can be called one by one, through managers of different stores: to open the store anew before the last
/// reads, or to have each client live on its own.
public final class WorkloadRunner: Sendable {
  let workload: any Workload
  let clock: any TimeSource
  let history: any HistorySink
  let options: WorkloadOptions
  let operations: WorkloadOperations
  private let nextProcess: Mutex<Int>
  private let nextTransaction: Mutex<Int>
  private let kept = Mutex(WorkloadCounts())

  /// Creates a runner.
  ///
  /// - Parameters:
  ///   - workload: What is run.
  ///   - clock: Gives the history's times; one for all who write this history, and no faults in it.
  ///   - history: Takes the history.
  ///   - options: How it is run.
  public init(
    _ workload: any Workload, clock: any TimeSource, history: any HistorySink,
    _ options: WorkloadOptions = WorkloadOptions()
  ) {
    self.workload = workload
    self.clock = clock
    self.history = history
    self.options = options
    operations = WorkloadOperations(rangeLayout: workload.rangeLayout)
    nextProcess = Mutex(options.firstProcess)
    nextTransaction = Mutex(options.firstTransaction)
  }

  /// What has come of it so far.
  public var counts: WorkloadCounts { kept.withLock { $0 } }

  /// The number of the next transaction to be begun.
  public var transactionsBegun: Int { nextTransaction.withLock { $0 } }

  /// Creates the tables, and runs everything.
  ///
  /// - Parameter managers: What it is run through, at least one; clients are dealt out over them.
  /// - Throws: Errors of the store that the clients cannot go on after; errors of the history's file.
  public func run<Store: AtomicBatchStore & TableAdministration>(
    through managers: [TransactionManager<Store>]
  ) async throws {
    try await WorkloadTables.create(in: managers[0].store)
    try await runFirst(through: managers[0])
    try await runClients(through: managers)
    try await runLast(through: managers[0])
  }

  /// Runs what comes first.
  ///
  /// - Parameter manager: What it is run through.
  /// - Throws: Errors of the history's file; `WorkloadError` when a transaction did not commit.
  public func runFirst<Store: AtomicBatchStore>(
    through manager: TransactionManager<Store>
  ) async throws {
    try await runAlone(workload.first, "what comes first", manager)
  }

  /// Runs what comes last, to read what all others may have written.
  ///
  /// - Parameter manager: What it is run through.
  /// - Throws: Errors of the history's file; `WorkloadError` when a transaction did not commit.
  public func runLast<Store: AtomicBatchStore>(
    through manager: TransactionManager<Store>
  ) async throws {
    try await runAlone(workload.last(after: transactionsBegun), "what comes last", manager)
  }

  private func runAlone<Store: AtomicBatchStore>(
    _ transactions: [WorkloadTransaction], _ what: String, _ manager: TransactionManager<Store>
  ) async throws {
    var client = WorkloadClient(process: takeProcess(), manager: manager)
    for transaction in transactions {
      var isDone = false
      for _ in 0..<Self.aloneAttemptsMax where !isDone {
        isDone = try await run(transaction, TransactionDraw(options.transaction), &client)
        // What comes first writes its values once, whether or not the answer was lost.
        if !transaction.isReadOnly { break }
      }
      if !isDone { throw WorkloadError("\(what) was not committed") }
    }
  }

  private static let aloneAttemptsMax = 20

  func takeProcess() -> Int {
    nextProcess.withLock { next in
      defer { next += 1 }
      return next
    }
  }

  /// The number of the next transaction; nil when all have been begun.
  func takeTransaction() -> Int? {
    nextTransaction.withLock { next in
      guard next < options.firstTransaction + options.transactions else { return nil }
      defer { next += 1 }
      return next
    }
  }

  func count(_ change: (inout WorkloadCounts) -> Void) {
    kept.withLock { change(&$0) }
  }
}
