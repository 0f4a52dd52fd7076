// SPDX-License-Identifier: Apache-2.0

internal import CRocksDB
internal import YCSB

/// Transactions of RocksDB: what is read is read for update, so that it is locked, or checked at the commit.
final class RocksDBTransactionClient: EngineClient {
  private let engine: RocksDBTransactionEngine
  private let cells: RocksDBCells
  private var transaction: OpaquePointer?

  init(_ engine: RocksDBTransactionEngine) {
    self.engine = engine
    cells = RocksDBCells(engine.options)
  }

  deinit {
    if let transaction { rocksdb_transaction_destroy(transaction) }
  }

  // MARK: Operations of one record

  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status {
    if let fields, fields.count < engine.options.fieldCount {
      var isFound = false
      for field in fields {
        let engine = engine
        let pinned = try cells.withKey(key, field: field) { key throws(RocksDBError) in
          try engine.get(key)
        }
        guard let pinned else { continue }
        isFound = true
        cells.deliver(pinned, field: field, to: sink)
      }
      return isFound ? .ok : .notFound
    }
    let iterator = engine.makeIterator(engine.rocks.readingPrefix)
    defer { rocksdb_iter_destroy(iterator) }
    return try cells.readRecord(key, iterator, into: sink) ? .ok : .notFound
  }

  func scan(
    from key: [UInt8], count: Int, fields: [Int]?, into sink: FieldSink
  ) async throws -> Int {
    let iterator = engine.makeIterator(engine.rocks.readingRange)
    defer { rocksdb_iter_destroy(iterator) }
    return try cells.scan(from: key, count: count, fields: fields, iterator, into: sink)
  }

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    var write = RowWrite(key)
    write.values = values
    _ = try retrying { transaction throws in try self.apply(write, transaction) }
    return .ok
  }

  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await update(key, values)
  }

  func delete(_ key: [UInt8]) async throws -> Status {
    var write = RowWrite(key)
    write.isDelete = true
    _ = try retrying { transaction throws in try self.apply(write, transaction) }
    return .ok
  }

  // MARK: Transactions

  func transact(_ plan: TransactionPlan) async throws -> Int {
    try retrying { transaction throws in
      var rows: [RowFields] = []
      for read in plan.reads {
        rows.append(try self.read(read, transaction, forUpdate: !plan.isReadOnly))
      }
      for write in plan.decide(rows) { try self.apply(write, transaction) }
    }
  }

  /// Runs a transaction until it commits; returns how often it was tried again.
  private func retrying(_ body: (OpaquePointer?) throws -> Void) throws -> Int {
    var attempts = 0
    while true {
      transaction = engine.begin(transaction)
      do {
        try body(transaction)
        try RocksDBError.check { rocksdb_transaction_commit(transaction, &$0) }
        return attempts
      } catch let error as RocksDBError where error.isConflict {
        try RocksDBError.check { rocksdb_transaction_rollback(transaction, &$0) }
        attempts += 1
      } catch {
        try RocksDBError.check { rocksdb_transaction_rollback(transaction, &$0) }
        throw error
      }
    }
  }

  private func read(
    _ read: RowRead, _ transaction: OpaquePointer?, forUpdate: Bool
  ) throws -> RowFields {
    var result = RowFields()
    switch read.part {
    case .fields(let some):
      let fields = some.isEmpty ? Array(0..<engine.options.fieldCount) : some
      for field in fields {
        if let value = try get(read.key, field, transaction, forUpdate: forUpdate) {
          result.values.append((field: field, value: value))
        }
      }
    case .newestMessages(let count):
      let iterator = rocksdb_transaction_create_iterator(transaction, engine.rocks.readingPrefix)
      defer { rocksdb_iter_destroy(iterator) }
      // The newest message has the least key behind the fields.
      try cells.withKey(read.key, message: .max) { key throws(RocksDBError) in
        rocksdb_iter_seek(iterator, key.bindMemory(to: CChar.self).baseAddress, key.count)
      }
      while result.values.count < count, rocksdb_iter_valid(iterator) != 0 {
        var length = 0
        let start = rocksdb_iter_key(iterator, &length)
        let cell = UnsafeRawBufferPointer(start: start, count: length)
        guard cell.hasPrefix(read.key), cells.keys.field(cell) == nil else { break }
        let bytes = rocksdb_iter_value(iterator, &length)
        let value = Array(UnsafeRawBufferPointer(start: bytes, count: length))
        result.values.append((field: result.values.count, value: value))
        rocksdb_iter_next(iterator)
      }
      try RocksDBError.check { rocksdb_iter_get_error(iterator, &$0) }
    }
    return result
  }

  private func get(
    _ record: [UInt8], _ field: Int, _ transaction: OpaquePointer?, forUpdate: Bool
  ) throws -> [UInt8]? {
    let reading = engine.rocks.reading
    let pinned = try cells.withKey(record, field: field) { key throws(RocksDBError) in
      let start = key.bindMemory(to: CChar.self).baseAddress
      return try RocksDBError.check { error in
        forUpdate
          ? rocksdb_transaction_get_pinned_for_update(
            transaction, reading, start, key.count, 1, &error)
          : rocksdb_transaction_get_pinned(transaction, reading, start, key.count, &error)
      }
    }
    guard let pinned else { return nil }
    defer { rocksdb_pinnableslice_destroy(pinned) }
    var count = 0
    let bytes = rocksdb_pinnableslice_value(pinned, &count)
    // A pinned slice without a value is a key that is not there.
    guard bytes != nil else { return nil }
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  private func apply(_ write: RowWrite, _ transaction: OpaquePointer?) throws {
    if write.isDelete {
      for field in 0..<engine.options.fieldCount {
        try cells.withKey(write.key, field: field) { key throws(RocksDBError) in
          try RocksDBError.check {
            rocksdb_transaction_delete(
              transaction, key.bindMemory(to: CChar.self).baseAddress, key.count, &$0)
          }
        }
      }
      return
    }
    func put(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(RocksDBError) {
      try RocksDBError.check {
        rocksdb_transaction_put(
          transaction, key.bindMemory(to: CChar.self).baseAddress, key.count,
          value.bindMemory(to: CChar.self).baseAddress, value.count, &$0)
      }
    }
    try write.values.bytes.withUnsafeBytes { all in
      for index in 0..<write.values.count {
        let value = UnsafeRawBufferPointer(rebasing: all[write.values.range(index)])
        try cells.withKey(write.key, field: write.values.fields[index]) {
          key throws(RocksDBError) in try put(key, value)
        }
      }
    }
    for (id, text) in write.messages {
      try text.withUnsafeBytes { text in
        try cells.withKey(write.key, message: id) { key throws(RocksDBError) in try put(key, text) }
      }
    }
  }
}
