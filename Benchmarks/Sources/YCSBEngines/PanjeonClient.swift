// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import YCSB

/// Each operation by itself, without transactions.
final class PanjeonClient: EngineClient {
  private let engine: PanjeonEngine
  private let store: EmbeddedStore
  private let mode: PanjeonEngine.Mode

  init(_ engine: PanjeonEngine, _ mode: PanjeonEngine.Mode) {
    self.engine = engine
    self.mode = mode
    store = engine.database.store
  }

  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status {
    let get = Get(
      Bytes(key),
      columns: PanjeonLayout.selection(fields, fieldCount: engine.options.fieldCount))
    guard let row = try await store.get(get, in: PanjeonEngine.table) else { return .notFound }
    PanjeonLayout.deliver(row, to: sink)
    return .ok
  }

  func scan(
    from key: [UInt8], count: Int, fields: [Int]?, into sink: FieldSink
  ) async throws -> Int {
    let scan = Scan(
      KeyRange(from: Bytes(key), to: nil),
      columns: PanjeonLayout.selection(fields, fieldCount: engine.options.fieldCount),
      rowsMax: count)
    var cursor = try await store.scan(scan, in: PanjeonEngine.table)
    var found = 0
    while let row = try await cursor.next() {
      row.row.withUnsafeBytes { sink.begin($0) }
      PanjeonLayout.deliver(row, to: sink)
      found += 1
    }
    return found
  }

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await store.mutate(
      PanjeonLayout.mutations(key, values), in: PanjeonEngine.table,
      durability: engine.durability)
    return .ok
  }

  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await update(key, values)
  }

  func delete(_ key: [UInt8]) async throws -> Status {
    try await store.mutate(
      RowMutations(Bytes(key), [.deleteRow(upTo: nil)]), in: PanjeonEngine.table,
      durability: engine.durability)
    return .ok
  }

  func transact(_ plan: TransactionPlan) async throws -> Int {
    if mode == .operations {
      throw NotOffered("'panjeon' runs no transactions; 'panjeon-txn' does")
    }
    var rows: [RowFields] = []
    for read in plan.reads {
      let get = PanjeonLayout.get(read, fieldCount: engine.options.fieldCount)
      rows.append(
        PanjeonLayout.fields(of: try await store.get(get, in: PanjeonEngine.table), read))
    }
    let writes = plan.decide(rows)
    if mode == .batch {
      let rows = writes.map { write in
        RowMutations(
          Bytes(write.key), PanjeonLayout.operations(write).flatMap { $0.mutations })
      }
      let operations = rows.map { row in
        BatchOperation(table: PanjeonEngine.table, operation: CheckAndMutate([], row))
      }
      _ = try await store.commit(
        AtomicBatch(operations: operations), since: nil, durability: engine.durability)
    } else {
      for operation in writes.flatMap(PanjeonLayout.operations) {
        try await store.mutate(
          operation, in: PanjeonEngine.table, durability: engine.durability)
      }
    }
    return 0
  }
}
