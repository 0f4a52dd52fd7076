// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// Who runs transactions one after the other.
struct WorkloadClient<Store: AtomicBatchStore> {
  var process: Int
  let manager: TransactionManager<Store>
  var errorsInARow = 0
}

extension WorkloadRunner {
  /// Runs all clients at the same time until every transaction has been begun and has ended.
  ///
  /// - Parameter managers: What they run through, at least one; clients are dealt out over them.
  /// - Throws: Errors of the history's file, and those of a store with which a client cannot go on.
  public func runClients<Store: AtomicBatchStore>(
    through managers: [TransactionManager<Store>]
  ) async throws {
    try await runClients(through: managers, and: [TransactionManager<Store>]())
  }

  /// Runs all clients at the same time, through managers of two kinds.
  ///
  /// - Parameters:
  ///   - first: Managers of one kind.
  ///   - second: Managers of the other; clients are dealt out over all of them, of which there must be one.
  /// - Throws: As ``runClients(through:)``.
  public func runClients<First: AtomicBatchStore, Second: AtomicBatchStore>(
    through first: [TransactionManager<First>], and second: [TransactionManager<Second>]
  ) async throws {
    let count = first.count + second.count
    precondition(count > 0, "a workload is run through one manager or more")
    try await withThrowingTaskGroup { group in
      for index in 0..<options.clients {
        let place = index % count
        if place < first.count {
          let manager = first[place]
          group.addTask { try await self.runClient(through: manager) }
        } else {
          let manager = second[place - first.count]
          group.addTask { try await self.runClient(through: manager) }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Runs one client until every transaction has been begun.
  ///
  /// - Parameters:
  ///   - manager: What it runs through.
  ///   - isAlive: Whether it is to go on; the transaction of one that is not has no known end, as if its process had been killed.
  /// - Throws: Errors of the history's file, and those of a store with which it cannot go on.
  public func runClient<Store: AtomicBatchStore>(
    through manager: TransactionManager<Store>, isAlive: @Sendable () -> Bool = { true }
  ) async throws {
    var client = WorkloadClient(process: takeProcess(), manager: manager)
    while isAlive(), let number = takeTransaction() {
      let draw = TransactionDraw(options, transaction: number)
      _ = try await run(workload.transaction(number), draw, &client, isAlive)
      options.onEnd?()
      try await options.pause?(client.errorsInARow)
      // A store in memory may never wait: others of these threads have their turn.
      await Task.yield()
    }
  }

  /// Runs a transaction with its events; returns whether it committed.
  func run<Store: AtomicBatchStore>(
    _ transaction: WorkloadTransaction, _ draw: TransactionDraw,
    _ client: inout WorkloadClient<Store>, _ isAlive: @Sendable () -> Bool = { true }
  ) async throws -> Bool {
    try await record(.invoke, transaction.planned, client.process)
    var done: [MicroOperation] = []
    do {
      if transaction.isReadOnly, draw.isSnapshot {
        try await read(transaction, client, &done)
      } else {
        try await commit(transaction, draw, client, &done)
      }
    } catch let error as HistoryFailure {
      throw error.cause
    } catch {
      try await end(after: isAlive() ? error : ClientDied(), done, &client)
      return false
    }
    if !isAlive() {
      try await end(after: ClientDied(), done, &client)
      return false
    }
    client.errorsInARow = 0
    try await record(.ok, done, client.process)
    count { $0.ok += 1 }
    return true
  }

  private func read<Store: AtomicBatchStore>(
    _ transaction: WorkloadTransaction, _ client: WorkloadClient<Store>,
    _ done: inout [MicroOperation]
  ) async throws {
    try await client.manager.withSnapshot { snapshot in
      done = []
      while let operation = transaction.next(after: done) {
        done.append(try await operations.perform(operation, at: snapshot))
      }
    }
  }

  private func commit<Store: AtomicBatchStore>(
    _ transaction: WorkloadTransaction, _ draw: TransactionDraw, _ client: WorkloadClient<Store>,
    _ done: inout [MicroOperation]
  ) async throws {
    try await client.manager.withTransaction(draw.options) { attempt in
      done = []
      while let operation = transaction.next(after: done) {
        done.append(try await operations.perform(operation, in: &attempt))
        if draw.isInterleaved { await Task.yield() }
      }
      if draw.isAborted { throw TransactionGivenUp() }
      if !transaction.isReadOnly { try await note(done, client.process) }
    }
  }

  private func record(
    _ kind: HistoryEvent.Kind, _ value: [MicroOperation], _ process: Int
  ) async throws {
    try await history.record(event(kind, value, process))
  }

  private func note(_ done: [MicroOperation], _ process: Int) async throws {
    do throws(StoreError) {
      try await history.note(attempt: event(.info, done, process))
    } catch {
      throw HistoryFailure(cause: error)
    }
  }

  private func event(
    _ kind: HistoryEvent.Kind, _ value: [MicroOperation], _ process: Int
  ) -> HistoryEvent {
    HistoryEvent(
      process: process, kind: kind, time: Int(clock.monotonicNanoseconds()), value: value)
  }
}

/// In place of what a client was told after it had died.
private struct ClientDied: Error {}

/// A history that could not be written, told from errors of the store.
private struct HistoryFailure: Error {
  let cause: StoreError
}

// What an error says of a transaction.
extension WorkloadRunner {
  private func end<Store: AtomicBatchStore>(
    after error: any Error, _ done: [MicroOperation], _ client: inout WorkloadClient<Store>
  ) async throws {
    if error is CancellationError { throw error }
    let kind = kind(of: error)
    try await record(kind, done, client.process)
    count { counts in
      if kind == .fail { counts.fail += 1 } else { counts.info += 1 }
    }
    if kind == .info { client.process = takeProcess() }
    if let malformed = error as? WorkloadError {
      return try await note(.malformed(malformed.description))
    }
    guard let code = unexpectedCode(error) else {
      client.errorsInARow = 0
      return
    }
    client.errorsInARow += 1
    try await note(.error(code))
    if client.errorsInARow >= options.errorsInARowMax { throw error }
  }

  private func note(_ finding: WorkloadFinding) async throws {
    count { $0.add(finding) }
    try await history.note(finding)
  }

  /// Whether a transaction that ended with this error may have been committed.
  private func kind(of error: any Error) -> HistoryEvent.Kind {
    switch error {
    case is TransactionGivenUp, is WorkloadError: .fail
    case let error as TransactionError: error.code == .unknownOutcome ? .info : .fail
    case let error as StoreError where error.code == .unavailable || error.code == .snapshotTooOld:
      .fail
    default: .info
    }
  }

  /// The name of an error that is no part of a run without faults; nil for one that is.
  private func unexpectedCode(_ error: any Error) -> String? {
    switch error {
    case is TransactionGivenUp, is ClientDied: nil
    case let error as TransactionError:
      [.conflict, .retriesExhausted, .deadlineExceeded, .unknownOutcome].contains(error.code)
        ? nil : error.code.description
    case let error as StoreError: Self.name(of: error)
    default: "\(type(of: error))"
    }
  }

  /// The name of an error's code; a store that takes no more writes says also what kept it.
  private static func name(of error: StoreError) -> String {
    guard error.code == .readOnly, let cause = error.cause as? StoreError else {
      return error.code.description
    }
    return "\(error.code) because of \(name(of: cause))"
  }
}
