// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import YCSB

/// Each operation as a serializable transaction; those that only read, on a snapshot.
final class PanjeonTransactionClient: EngineClient {
  private let engine: PanjeonEngine
  private let database: Database
  private let transactionOptions: TransactionOptions
  private let readsSnapshots: Bool

  init(_ engine: PanjeonEngine, _ mode: PanjeonEngine.Mode) {
    readsSnapshots = mode == .snapshots
    self.engine = engine
    database = engine.database
    var options = TransactionOptions()
    options.durability = engine.durability
    options.attemptsMax = 100_000
    transactionOptions = options
  }

  private func get(_ key: [UInt8], _ fields: [Int]?) -> Get {
    Get(
      Bytes(key),
      columns: PanjeonLayout.selection(fields, fieldCount: engine.options.fieldCount))
  }

  private func get(_ read: RowRead) -> Get {
    PanjeonLayout.get(read, fieldCount: engine.options.fieldCount)
  }

  private func row(_ get: Get) async throws -> RowResult? {
    if !readsSnapshots { return try await database.get(get, in: PanjeonEngine.table) }
    return try await database.withSnapshot { try await $0.get(get, in: PanjeonEngine.table) }
  }

  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status {
    guard let row = try await row(get(key, fields)) else { return .notFound }
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
    var found = 0
    for try await row in database.scan(scan, in: PanjeonEngine.table) {
      row.row.withUnsafeBytes { sink.begin($0) }
      PanjeonLayout.deliver(row, to: sink)
      found += 1
    }
    return found
  }

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await database.withTransaction(transactionOptions) { transaction in
      try put(key, values, &transaction)
    }
    return .ok
  }

  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await update(key, values)
  }

  func delete(_ key: [UInt8]) async throws -> Status {
    try await database.withTransaction(transactionOptions) { transaction in
      try transaction.delete(Delete(Bytes(key)), in: PanjeonEngine.table)
    }
    return .ok
  }

  private func put(
    _ key: [UInt8], _ values: FieldValues, _ transaction: inout DatabaseTransaction
  ) throws {
    guard values.count > 0 else { return }
    var put = Put(Bytes(key))
    for index in 0..<values.count {
      put.add(
        family: PanjeonEngine.family, qualifier: PanjeonLayout.qualifier(values.fields[index]),
        value: Bytes(values.value(index)))
    }
    try transaction.put(put, in: PanjeonEngine.table)
  }

  func transact(_ plan: TransactionPlan) async throws -> Int {
    if plan.isReadOnly {
      try await database.withSnapshot { snapshot in
        var rows: [RowFields] = []
        for read in plan.reads {
          rows.append(
            PanjeonLayout.fields(
              of: try await snapshot.get(get(read), in: PanjeonEngine.table), read))
        }
        _ = plan.decide(rows)
      }
      return 0
    }
    var attempts = 0
    try await database.withTransaction(transactionOptions) { transaction in
      attempts += 1
      var rows: [RowFields] = []
      for read in plan.reads {
        let row = try await transaction.get(get(read), in: PanjeonEngine.table)
        rows.append(PanjeonLayout.fields(of: row, read))
      }
      for write in plan.decide(rows) {
        try apply(write, &transaction)
      }
    }
    return attempts - 1
  }

  private func apply(_ write: RowWrite, _ transaction: inout DatabaseTransaction) throws {
    if write.isDelete {
      try transaction.delete(Delete(Bytes(write.key)), in: PanjeonEngine.table)
      return
    }
    try put(write.key, write.values, &transaction)
    guard !write.messages.isEmpty else { return }
    var put = Put(Bytes(write.key))
    for (id, text) in write.messages {
      put.add(
        family: PanjeonEngine.family, qualifier: PanjeonLayout.message(id), value: Bytes(text))
    }
    try transaction.put(put, in: PanjeonEngine.table)
  }
}
