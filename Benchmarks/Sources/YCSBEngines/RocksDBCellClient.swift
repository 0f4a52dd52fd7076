// SPDX-License-Identifier: Apache-2.0

internal import CRocksDB
internal import YCSB

/// A key for each cell: a read seeks the record's prefix and steps through its cells.
final class RocksDBCellClient: EngineClient {
  private let engine: RocksDBEngine
  private let cells: RocksDBCells

  init(_ engine: RocksDBEngine) {
    self.engine = engine
    cells = RocksDBCells(engine.options)
  }

  func read(_ key: [UInt8], fields: [Int]?, into sink: FieldSink) async throws -> Status {
    let database = engine.database
    let rocks = engine.rocks
    if let fields, fields.count < engine.options.fieldCount {
      var isFound = false
      for field in fields {
        let pinned = try cells.withKey(key, field: field) { bytes throws(RocksDBError) in
          try RocksDBError.check {
            rocksdb_get_pinned(
              database, rocks.reading, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count,
              &$0)
          }
        }
        guard let pinned else { continue }
        isFound = true
        cells.deliver(pinned, field: field, to: sink)
      }
      return isFound ? .ok : .notFound
    }
    let iterator = rocksdb_create_iterator(database, rocks.readingPrefix)
    defer { rocksdb_iter_destroy(iterator) }
    return try cells.readRecord(key, iterator, into: sink) ? .ok : .notFound
  }

  func scan(
    from key: [UInt8], count: Int, fields: [Int]?, into sink: FieldSink
  ) async throws -> Int {
    let iterator = rocksdb_create_iterator(engine.database, engine.rocks.readingRange)
    defer { rocksdb_iter_destroy(iterator) }
    return try cells.scan(from: key, count: count, fields: fields, iterator, into: sink)
  }

  func update(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    let (database, writing) = (engine.database, engine.rocks.writing)
    if values.count == 1 {
      try cells.withKey(key, field: values.fields[0]) { bytes throws(RocksDBError) in
        try RocksDBError.check { error in
          values.bytes.withUnsafeBytes { value in
            rocksdb_put(
              database, writing, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count,
              value.bindMemory(to: CChar.self).baseAddress, value.count, &error)
          }
        }
      }
      return .ok
    }
    let batch = rocksdb_writebatch_create()
    defer { rocksdb_writebatch_destroy(batch) }
    try values.bytes.withUnsafeBytes { all in
      for index in 0..<values.count {
        let value = UnsafeRawBufferPointer(rebasing: all[values.range(index)])
        try cells.withKey(key, field: values.fields[index]) { bytes throws(RocksDBError) in
          rocksdb_writebatch_put(
            batch, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count,
            value.bindMemory(to: CChar.self).baseAddress, value.count)
        }
      }
    }
    try RocksDBError.check { rocksdb_write(database, writing, batch, &$0) }
    return .ok
  }

  func insert(_ key: [UInt8], _ values: FieldValues) async throws -> Status {
    try await update(key, values)
  }

  func delete(_ key: [UInt8]) async throws -> Status {
    let batch = rocksdb_writebatch_create()
    defer { rocksdb_writebatch_destroy(batch) }
    for field in 0..<engine.options.fieldCount {
      try cells.withKey(key, field: field) { bytes throws(RocksDBError) in
        rocksdb_writebatch_delete(
          batch, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
      }
    }
    try RocksDBError.check { rocksdb_write(engine.database, engine.rocks.writing, batch, &$0) }
    return .ok
  }

  func transact(_ plan: TransactionPlan) async throws -> Int {
    throw NotOffered("'rocksdb-cell' runs no transactions; 'rocksdb-txn' and 'rocksdb-otxn' do")
  }
}

/// What the clients of the cell layout have in common.
final class RocksDBCells {
  let keys: CellKeys
  private let fieldCount: Int
  private var key: [UInt8] = []
  private var value = OwnedBytes()
  private var prefix: [UInt8] = []

  init(_ options: EngineOptions) {
    keys = CellKeys(options)
    fieldCount = options.fieldCount
  }

  func withKey<R>(
    _ record: [UInt8], field: Int, _ body: (UnsafeRawBufferPointer) throws(RocksDBError) -> R
  ) throws -> R {
    key.removeAll(keepingCapacity: true)
    try keys.appendPrefix(record, to: &key)
    CellKeys.append(field: field, to: &key)
    return try key.withUnsafeBytes { try body($0) }
  }

  func withKey<R>(
    _ record: [UInt8], message: UInt64, _ body: (UnsafeRawBufferPointer) throws(RocksDBError) -> R
  ) throws -> R {
    key.removeAll(keepingCapacity: true)
    try keys.appendPrefix(record, to: &key)
    CellKeys.append(message: message, to: &key)
    return try key.withUnsafeBytes { try body($0) }
  }

  func deliver(_ pinned: OpaquePointer, field: Int, to sink: FieldSink) {
    var count = 0
    let bytes = rocksdb_pinnableslice_value(pinned, &count)
    value.take(bytes, count)
    rocksdb_pinnableslice_destroy(pinned)
    value.withBytes { sink.take(field: field, $0) }
  }

  /// Reads all fields of one record; says whether there were any.
  func readRecord(
    _ record: [UInt8], _ iterator: OpaquePointer?, into sink: FieldSink
  ) throws -> Bool {
    prefix.removeAll(keepingCapacity: true)
    try keys.appendPrefix(record, to: &prefix)
    prefix.withUnsafeBytes {
      rocksdb_iter_seek(iterator, $0.bindMemory(to: CChar.self).baseAddress, $0.count)
    }
    var found = 0
    while found < fieldCount, rocksdb_iter_valid(iterator) != 0 {
      var count = 0
      let start = rocksdb_iter_key(iterator, &count)
      let cell = UnsafeRawBufferPointer(start: start, count: count)
      guard cell.hasPrefix(prefix), let field = keys.field(cell) else { break }
      let bytes = rocksdb_iter_value(iterator, &count)
      value.take(bytes, count)
      value.withBytes { sink.take(field: field, $0) }
      found += 1
      // With all fields there a step further would only be wasted.
      if found < fieldCount { rocksdb_iter_next(iterator) }
    }
    try RocksDBError.check { rocksdb_iter_get_error(iterator, &$0) }
    return found > 0
  }

  func scan(
    from record: [UInt8], count: Int, fields: [Int]?, _ iterator: OpaquePointer?,
    into sink: FieldSink
  ) throws -> Int {
    prefix.removeAll(keepingCapacity: true)
    try keys.appendPrefix(record, to: &prefix)
    prefix.withUnsafeBytes {
      rocksdb_iter_seek(iterator, $0.bindMemory(to: CChar.self).baseAddress, $0.count)
    }
    var found = 0
    prefix.removeAll(keepingCapacity: true)
    while rocksdb_iter_valid(iterator) != 0 {
      var length = 0
      let start = rocksdb_iter_key(iterator, &length)
      let cell = UnsafeRawBufferPointer(start: start, count: length)
      if prefix.isEmpty || !cell.hasPrefix(prefix) {
        if found == count { break }
        found += 1
        prefix.removeAll(keepingCapacity: true)
        prefix.append(contentsOf: cell.prefix(keys.prefixBytes))
        sink.begin(UnsafeRawBufferPointer(rebasing: cell.prefix(keys.prefixBytes)))
      }
      if let field = keys.field(cell), fields?.contains(field) ?? true {
        let bytes = rocksdb_iter_value(iterator, &length)
        value.take(bytes, length)
        value.withBytes { sink.take(field: field, $0) }
      }
      rocksdb_iter_next(iterator)
    }
    try RocksDBError.check { rocksdb_iter_get_error(iterator, &$0) }
    return found
  }
}
