// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import PanjeonTransactions
import WideColumn

/// A client of a simulated store that runs transactions and records what it is told.
struct SimulatedClient {
  static let schema = TableSchema(name: "t", families: [.lock, ColumnFamily("data")])

  let process: SimulatedProcess
  let manager: TransactionManager<SimulatedStore>
  /// What it commits through if that is in two phases.
  var twoPhases: TransactionManager<TwoPhaseStore<SimulatedStore>>?
  /// Which of the tasks of the process.
  var task = 0

  init(_ process: SimulatedProcess, _ store: SimulatedStore, _ path: CommitPath = .oneBatch) {
    self.process = process
    let store = store.connected(as: process)
    manager = TransactionManager(
      store: store, timeSource: process.clock, seed: process.seed, locks: Self.locks)
    if path.isTwoPhases(process.client) {
      let twoPhases = TwoPhaseStore(
        store, timeSource: process.clock,
        options: TwoPhaseOptions(locks: Self.locks, rowsPerPage: 2), startTask: process.startTask)
      self.twoPhases = TransactionManager(
        store: twoPhases, timeSource: process.clock, seed: process.seed)
    }
  }

  /// Locks that are given up soon: each look at one that stays is one more step to enumerate.
  private static let locks = LockOptions(timeToLive: .milliseconds(20))

  private var history: HistoryRecorder { process.simulation.history }

  /// Runs the operations as one transaction, and records it.
  ///
  /// Throws what tells of a bug: errors that a fault cannot bring about.
  func transact(
    _ plan: [MicroOperation], _ options: TransactionOptions = TransactionOptions(),
    appendsBlindly: Bool = true
  ) async throws {
    history.invoke(process, task: task, plan)
    do {
      let done =
        if let twoPhases {
          try await Self.perform(plan, options, appendsBlindly, through: twoPhases)
        } else {
          try await Self.perform(plan, options, appendsBlindly, through: manager)
        }
      history.complete(process, task: task, .ok, done)
    } catch {
      history.complete(process, task: task, try Self.kind(of: error, process), plan)
    }
  }

  private static func perform<Store: AtomicBatchStore>(
    _ plan: [MicroOperation], _ options: TransactionOptions, _ appendsBlindly: Bool,
    through manager: TransactionManager<Store>
  ) async throws -> [MicroOperation] {
    try await manager.withTransaction(options) { transaction in
      var done: [MicroOperation] = []
      for operation in plan {
        done.append(try await transaction.perform(operation, appendsBlindly: appendsBlindly))
      }
      return done
    }
  }

  private static func perform<Store: AtomicBatchStore>(
    _ plan: [MicroOperation], atSnapshotOf manager: TransactionManager<Store>
  ) async throws -> [MicroOperation] {
    try await manager.withSnapshot { snapshot in
      var done: [MicroOperation] = []
      for operation in plan { done.append(try await snapshot.perform(operation)) }
      return done
    }
  }

  /// Reads in a snapshot transaction, and records it.
  func readSnapshot(_ plan: [MicroOperation]) async throws {
    history.invoke(process, task: task, plan)
    do {
      let done =
        if let twoPhases {
          try await Self.perform(plan, atSnapshotOf: twoPhases)
        } else {
          try await Self.perform(plan, atSnapshotOf: manager)
        }
      history.complete(process, task: task, .ok, done)
    } catch {
      history.complete(process, task: task, try Self.kind(of: error, process), plan)
    }
  }

  /// What an error says about the transaction's end.
  static func kind(
    of error: any Error, _ process: SimulatedProcess
  ) throws -> HistoryEvent.Kind {
    // What a dead process says is not recorded.
    if process.isCrashed { return .info }
    if let error = error as? TransactionError {
      switch error.code {
      case .unknownOutcome: return .info
      case .conflict, .retriesExhausted, .deadlineExceeded: return .fail
      default: throw error
      }
    }
    if let error = error as? StoreError {
      switch error.code {
      case .unknownOutcome: return .info
      case .unavailable, .snapshotTooOld: return .fail
      default: throw error
      }
    }
    throw error
  }
}

/// How the clients of a simulation commit.
enum CommitPath: String, CaseIterable {
  case oneBatch, twoPhases
  /// Every other client one way, the others the other.
  case mixed

  func isTwoPhases(_ client: Int) -> Bool {
    switch self {
    case .oneBatch: false
    case .twoPhases: true
    case .mixed: client.isMultiple(of: 2)
    }
  }
}

/// Where lists, registers and ranges lie in the table.
enum SimulatedRow {
  static let column = Column(family: "data", qualifier: "v")

  static func list(_ key: Scalar) -> RowKey { Bytes(utf8: "list \(key)") }
  static func register(_ key: Scalar) -> RowKey { Bytes(utf8: "register \(key)") }
  static func member(_ id: Scalar, of range: Scalar) -> RowKey {
    Bytes(utf8: "range \(range)/\(id)")
  }

  static func scan(_ range: Scalar) -> Scan {
    Scan(KeyRange(from: Bytes(utf8: "range \(range)/"), to: Bytes(utf8: "range \(range)0")))
  }

  static func text(_ row: RowResult?) -> String? {
    row?.value(family: column.family, qualifier: column.qualifier)?.utf8String
  }

  static func elements(_ row: RowResult?) -> [Scalar] {
    (text(row) ?? "").split(separator: ",").compactMap { Int($0) }.map(Scalar.int)
  }

  static func id(_ row: RowResult) -> Scalar {
    .int(Int(row.row.utf8String?.split(separator: "/").last ?? "") ?? -1)
  }

  static func put(_ row: RowKey, _ text: String) -> Put {
    var put = Put(row)
    put.add(family: column.family, qualifier: column.qualifier, value: Bytes(utf8: text))
    return put
  }
}

extension MicroOperation {
  /// A read of a register: names that begin with "r" are registers.
  var isRegisterRead: Bool {
    if case .read(.string(let name), _) = self { return name.hasPrefix("r") }
    return false
  }
}

extension Transaction {
  /// Does what the operation says, and fills in what was read.
  mutating func perform(
    _ operation: MicroOperation, appendsBlindly: Bool
  ) async throws -> MicroOperation {
    switch operation {
    case .append(let key, let element):
      let row = SimulatedRow.list(key)
      if appendsBlindly {
        var append = Append(row)
        append.add(family: "data", qualifier: "v", Bytes(utf8: "\(element),"))
        try self.append(append, in: "t")
      } else {
        let old = SimulatedRow.text(try await get(Get(row), in: "t")) ?? ""
        try put(SimulatedRow.put(row, "\(old)\(element),"), in: "t")
      }
      return operation
    case .read(let key, _) where operation.isRegisterRead:
      let text = SimulatedRow.text(try await get(Get(SimulatedRow.register(key)), in: "t"))
      return .read(key, text.flatMap { Int($0) }.map { .register(.int($0)) })
    case .read(let key, _):
      let row = try await get(Get(SimulatedRow.list(key)), in: "t")
      return .read(key, row.map { .list(SimulatedRow.elements($0)) })
    case .write(let key, let value):
      try put(SimulatedRow.put(SimulatedRow.register(key), "\(value)"), in: "t")
      return operation
    case .insert(let range, let id):
      try put(SimulatedRow.put(SimulatedRow.member(id, of: range), "x"), in: "t")
      return operation
    case .delete(let range, let id):
      try delete(Delete(SimulatedRow.member(id, of: range)), in: "t")
      return operation
    case .scan(let range, _):
      var cursor = try await scan(SimulatedRow.scan(range), in: "t")
      var ids: [Scalar] = []
      while let row = try await next(&cursor) { ids.append(SimulatedRow.id(row)) }
      return .scan(range, ids)
    }
  }
}

extension SnapshotTransaction {
  /// Does a read, and fills in what was read.
  func perform(_ operation: MicroOperation) async throws -> MicroOperation {
    switch operation {
    case .read(let key, _) where operation.isRegisterRead:
      let text = SimulatedRow.text(try await get(Get(SimulatedRow.register(key)), in: "t"))
      return .read(key, text.flatMap { Int($0) }.map { .register(.int($0)) })
    case .read(let key, _):
      let row = try await get(Get(SimulatedRow.list(key)), in: "t")
      return .read(key, row.map { .list(SimulatedRow.elements($0)) })
    case .scan(let range, _):
      var cursor = try await scan(SimulatedRow.scan(range), in: "t")
      var ids: [Scalar] = []
      while let row = try await cursor.next() { ids.append(SimulatedRow.id(row)) }
      return .scan(range, ids)
    case .append, .write, .insert, .delete:
      preconditionFailure("a snapshot only reads")
    }
  }
}
