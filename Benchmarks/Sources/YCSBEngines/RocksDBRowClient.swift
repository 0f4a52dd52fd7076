// SPDX-License-Identifier: Apache-2.0

internal import CRocksDB
internal import YCSB

/// The whole record as one value; an update reads it and writes it back, without a lock, as YCSB's binding does.
final class RocksDBRowClient: EngineClient {
  private let engine: RocksDBEngine
  private var value = OwnedBytes()
  private var encoded: [UInt8] = []

  init(_ engine: RocksDBEngine) {
    self.engine = engine
  }

  /// Copies the record's value into the client's buffer.
  private func fetch(_ key: [UInt8]) throws -> Bool {
    let pinned = try RocksDBError.check { error in
      key.withUnsafeBytes {
        rocksdb_get_pinned(
          engine.database, engine.rocks.reading, $0.bindMemory(to: CChar.self).baseAddress,
          $0.count, &error)
      }
    }
    guard let pinned else { return false }
    defer { rocksdb_pinnableslice_destroy(pinned) }
    var count = 0
    let bytes = rocksdb_pinnableslice_value(pinned, &count)
    value.take(bytes, count)
    return true
  }

  private func deliver(_ fields: [Int]?, to sink: FieldSink) {
    value.withBytes { bytes in
      RowValue.forEach(bytes) { field, value in
        if fields?.contains(field) ?? true { sink.take(field: field, value) }
      }
    }
  }

  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status {
    guard try fetch(key) else { return .notFound }
    deliver(fields, to: sink)
    return .ok
  }

  func scan(
    from key: [UInt8], count: Int, fields: [Int]?, into sink: FieldSink
  ) async throws -> Int {
    let iterator = rocksdb_create_iterator(engine.database, engine.rocks.readingRange)
    defer { rocksdb_iter_destroy(iterator) }
    key.withUnsafeBytes {
      rocksdb_iter_seek(iterator, $0.bindMemory(to: CChar.self).baseAddress, $0.count)
    }
    var found = 0
    while found < count, rocksdb_iter_valid(iterator) != 0 {
      var length = 0
      let row = rocksdb_iter_key(iterator, &length)
      sink.begin(UnsafeRawBufferPointer(start: row, count: length))
      let bytes = rocksdb_iter_value(iterator, &length)
      value.take(bytes, length)
      deliver(fields, to: sink)
      found += 1
      if found < count { rocksdb_iter_next(iterator) }
    }
    try RocksDBError.check { rocksdb_iter_get_error(iterator, &$0) }
    return found
  }

  private func put(_ key: [UInt8], _ value: [UInt8]) throws {
    try RocksDBError.check { error in
      key.withUnsafeBytes { key in
        value.withUnsafeBytes { value in
          rocksdb_put(
            engine.database, engine.rocks.writing, key.bindMemory(to: CChar.self).baseAddress,
            key.count, value.bindMemory(to: CChar.self).baseAddress, value.count, &error)
        }
      }
    }
  }

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    if values.count == engine.options.fieldCount { return try await insert(key, values) }
    guard try fetch(key) else { return .notFound }
    var merged: [UInt8] = []
    merged.reserveCapacity(value.count + 5 + values.bytes.count)
    value.withBytes { RowValue.merge($0, values, to: &merged) }
    try put(key, merged)
    return .ok
  }

  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    encoded.removeAll(keepingCapacity: true)
    RowValue.append(values, to: &encoded)
    try put(key, encoded)
    return .ok
  }

  func delete(_ key: [UInt8]) async throws -> Status {
    try RocksDBError.check { error in
      key.withUnsafeBytes {
        rocksdb_delete(
          engine.database, engine.rocks.writing, $0.bindMemory(to: CChar.self).baseAddress,
          $0.count, &error)
      }
    }
    return .ok
  }

  func transact(_ plan: TransactionPlan) async throws -> Int {
    throw NotOffered("'rocksdb-row' runs no transactions; 'rocksdb-txn' and 'rocksdb-otxn' do")
  }
}
