// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Commits in two phases over a store that takes changes of many rows in one call.
@Suite("Two phases over a store of batches", .timeLimit(.minutes(15)))
struct TwoPhaseBatchTests {
  @Test("The locks of a table's rows are one call, and each answer is that of its row")
  func calls() async throws {
    let plain = try await TransactionFixture()
    try await plain.store.createTable(
      TableSchema(name: "u", families: [.lock, ColumnFamily("data")]))
    let store = BatchingStore(plain.store)
    let background = Background()
    let manager = TransactionManager(
      store: TwoPhaseStore(store, timeSource: plain.clock, startTask: background.add),
      timeSource: plain.clock, seed: 2)
    try await manager.withTransaction(TransactionFixture.once) { transaction in
      for row in 0..<50 {
        try transaction.set("\(row)", row)
        var put = Put(Bytes(utf8: "\(row)"))
        put.add(family: "data", qualifier: "v", value: "1")
        try transaction.put(put, in: "u")
      }
    }
    // Locks of two tables; the decision is of one row.
    #expect(store.batches.sorted() == [50, 50])
    await background.run()
    // What becomes stable, but for the primary.
    #expect(store.batches.sorted() == [49, 50, 50, 50])
    #expect(try await plain.all().count == 50)
    #expect(try await plain.manager.unstableLocks(in: "t").isEmpty)
    try await plain.store.close()
  }

  @Test("Rows whose locks are refused are not taken for others")
  func refused() async throws {
    let plain = try await TransactionFixture()
    try await plain.set(["a": 1, "k": 1, "z": 1])
    let store = BatchingStore(plain.store)
    let manager = TransactionManager(
      store: TwoPhaseStore(store, timeSource: plain.clock), timeSource: plain.clock, seed: 2)
    store.beforeFirst { try! await plain.set(["z": 2]) }
    let error = await #expect(throws: TransactionError.self) {
      try await manager.withTransaction(TransactionFixture.once) { transaction in
        for row in ["a", "k", "z"] {
          try transaction.set(row, (try await transaction.value(row) ?? 0) + 10)
        }
      }
    }
    #expect((error?.cause as? TransactionError)?.row?.row == "z")
    #expect(try await plain.all() == ["a": 1, "k": 1, "z": 2])
    #expect(try await plain.manager.unstableLocks(in: "t").isEmpty)
    try await plain.store.close()
  }
}

/// The embedded store, with changes of many rows in one call.
private final class BatchingStore: BatchStore {
  private struct State {
    var batches: [Int] = []
    var hook: (@Sendable () async -> Void)?
  }

  private let base: EmbeddedStore
  private let state = Mutex(State())

  init(_ base: EmbeddedStore) { self.base = base }

  /// How many rows the batches had.
  var batches: [Int] { state.withLock { $0.batches } }

  func beforeFirst(_ hook: @escaping @Sendable () async -> Void) {
    state.withLock { $0.hook = hook }
  }

  var limits: StoreLimits { base.limits }
  var incarnation: StoreIncarnation { base.incarnation }

  func schema(of table: String) async throws(StoreError) -> TableSchema {
    try await base.schema(of: table)
  }

  func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult? {
    try await base.get(get, in: table)
  }

  func scan(
    _ scan: Scan, in table: String
  ) async throws(StoreError) -> EmbeddedStore.Cursor {
    try await base.scan(scan, in: table)
  }

  func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool {
    try await base.checkAndMutate(operation, in: table, durability: durability)
  }

  func checkAndMutate(
    batch: [CheckAndMutate], in table: String, durability: Durability
  ) async -> [Result<Bool, StoreError>] {
    let hook = state.withLock { state in
      state.batches.append(batch.count)
      defer { state.hook = nil }
      return state.hook
    }
    await hook?()
    var results: [Result<Bool, StoreError>] = []
    for operation in batch {
      do throws(StoreError) {
        results.append(
          .success(try await base.checkAndMutate(operation, in: table, durability: durability)))
      } catch {
        results.append(.failure(error))
      }
    }
    return results
  }
}
