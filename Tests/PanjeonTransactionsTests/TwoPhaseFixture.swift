// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// The embedded store behind a client that commits in two phases, whose calls can be counted, held back and cut off.
struct TwoPhaseFixture {
  let plain: TransactionFixture
  let calls: CallGate<EmbeddedStore>
  let store: TwoPhaseStore<CallGate<EmbeddedStore>>
  let manager: TransactionManager<TwoPhaseStore<CallGate<EmbeddedStore>>>

  /// What is done in the background is kept until it is asked for.
  let background = Background()

  init(
    seed: UInt64 = 2, options: TwoPhaseOptions = TwoPhaseOptions(),
    beside plain: TransactionFixture? = nil
  ) async throws {
    self.plain = if let plain { plain } else { try await TransactionFixture() }
    calls = CallGate(self.plain.store)
    store = TwoPhaseStore(
      calls, timeSource: self.plain.clock, options: options, startTask: background.add)
    manager = TransactionManager(store: store, timeSource: self.plain.clock, seed: seed)
  }

  /// The lock cells of a row as they are.
  func header(_ row: RowKey) async throws -> LockHeader? {
    let row = try await plain.store.get(Get(row), in: "t")
    return row?.value(family: "!lock!", qualifier: "header").flatMap(LockHeader.init(decoding:))
  }

  func hasIntents(_ row: RowKey) async throws -> Bool {
    try await plain.store.get(Get(row), in: "t")?.value(
      family: "!lock!", qualifier: "intents") != nil
  }
}

/// Tasks that are run when a test says so.
final class Background: Sendable {
  private let bodies = Mutex<[@Sendable () async -> Void]>([])

  func add(_ body: @escaping @Sendable () async -> Void) {
    bodies.withLock { $0.append(body) }
  }

  func run() async {
    while let body = bodies.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { await body() }
  }
}

/// A store of single rows in front of another one: counts rounds of calls, and lets a test come in before each of them.
final class CallGate<Base: WideColumnStore>: WideColumnStore {
  /// A call that changes a row, or reads one.
  enum Call: Sendable {
    case read(TransactionRow)
    case scan(String)
    case change(TransactionRow, LockHeader?)
  }

  /// What becomes of a call.
  enum Fate: Sendable {
    case made
    /// It never arrives, and is told to be of unknown outcome.
    case lost
    /// It is made, and told to be of unknown outcome.
    case unanswered
    /// It is made twice, and the second answer given.
    case twice
    /// The client dies before it: this and every further call fails.
    case dead
  }

  typealias Hook = @Sendable (Call) async -> Fate

  private struct State {
    var hook: Hook?
    var calls: [Call] = []
    var operations: [(table: String, operation: CheckAndMutate)] = []
    var durabilities: [(state: LockHeader.State, durability: Durability)] = []
    var isDead = false
    var incarnation: StoreIncarnation?
  }

  let base: Base
  private let state = Mutex(State())

  init(_ base: Base) { self.base = base }

  /// Comes in before each call from now on.
  func setHook(_ hook: Hook?) {
    state.withLock { state in
      state.hook = hook
      state.isDead = false
      state.calls = []
      (state.operations, state.durabilities) = ([], [])
    }
  }

  /// Makes the last change of a row once more that gave it a header like this; says whether its condition held.
  func makeAgain(
    _ row: RowKey, where isMeant: (LockHeader) -> Bool
  ) async throws(StoreError) -> Bool {
    let change = state.withLock { state in
      state.operations.last { change in
        change.operation.row == row && change.operation.header.map(isMeant) == true
      }
    }
    guard let change else { throw StoreError(.invalidArgument, "there was no such call") }
    return try await base.checkAndMutate(change.operation, in: change.table, durability: .memory)
  }

  /// What the changes of headers were to survive that left them in a state.
  func durabilities(of header: LockHeader.State) -> [Durability] {
    state.withLock { $0.durabilities.filter { $0.state == header }.map(\.durability) }
  }

  var made: [Call] { state.withLock { $0.calls } }

  private func pass(_ call: Call) async throws(StoreError) -> Fate {
    let hook = state.withLock { state in
      state.calls.append(call)
      return state.hook
    }
    let fate = await hook?(call) ?? .made
    let isDead = state.withLock { state in
      if case .dead = fate { state.isDead = true }
      return state.isDead
    }
    if isDead { throw StoreError(.closed, "the client has died") }
    if case .lost = fate { throw StoreError(.unknownOutcome, "the call was lost") }
    return fate
  }

  var limits: StoreLimits { base.limits }
  var incarnation: StoreIncarnation { state.withLock { $0.incarnation } ?? base.incarnation }

  /// Has the store be in another life from now on.
  func setIncarnation(_ incarnation: StoreIncarnation) {
    state.withLock { $0.incarnation = incarnation }
  }

  func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await base.schema(of: table)
  }

  func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    _ = try await pass(.read(TransactionRow(table: table, row: get.row)))
    return try await base.get(get, in: table)
  }

  func scan(_ scan: Scan, in table: String) async throws(StoreError) -> Base.Cursor {
    _ = try await pass(.scan(table))
    return try await base.scan(scan, in: table)
  }

  func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    let row = TransactionRow(table: table, row: operation.row)
    state.withLock { state in
      state.operations.append((table, operation))
      if let header = operation.header { state.durabilities.append((header.state, durability)) }
    }
    let fate = try await pass(.change(row, operation.header))
    var holds = try await base.checkAndMutate(operation, in: table, durability: durability)
    if case .twice = fate {
      holds = try await base.checkAndMutate(operation, in: table, durability: durability)
    }
    if case .unanswered = fate { throw StoreError(.unknownOutcome, "the answer was lost") }
    return holds
  }
}

extension CheckAndMutate {
  /// The header that it gives its row.
  fileprivate var header: LockHeader? {
    for case .put(LockColumn.header, _, let value, _) in rowMutations.mutations {
      return LockHeader(decoding: value)
    }
    return nil
  }
}
