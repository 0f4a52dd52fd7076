// SPDX-License-Identifier: Apache-2.0

internal import CRocksDB
internal import YCSB

/// RocksDB's transactions, by locks or optimistic, over a key for each cell.
final class RocksDBTransactionEngine: Engine, @unchecked Sendable {
  // Unchecked: RocksDB's handles may be used by any thread, and these are set once.
  enum Handle {
    case locking(OpaquePointer)
    /// The database and its base.
    case optimistic(OpaquePointer, OpaquePointer)
  }

  let handle: Handle
  let rocks: RocksDBOptions
  let options: EngineOptions
  private let lockOptions = rocksdb_transaction_options_create()
  private let optimisticOptions = rocksdb_optimistictransaction_options_create()

  init(_ options: EngineOptions, isOptimistic: Bool) throws {
    self.options = options
    let rocks = try RocksDBOptions(options, prefixBytes: CellKeys(options).prefixBytes)
    self.rocks = rocks
    if isOptimistic {
      let opened = try RocksDBError.check {
        rocksdb_optimistictransactiondb_open(rocks.options, options.directory, &$0)
      }
      guard let opened, let base = rocksdb_optimistictransactiondb_get_base_db(opened) else {
        throw RocksDBError(description: "RocksDB did not open")
      }
      handle = .optimistic(opened, base)
    } else {
      let transactionOptions = rocksdb_transactiondb_options_create()
      let opened = try RocksDBError.check {
        rocksdb_transactiondb_open(rocks.options, transactionOptions, options.directory, &$0)
      }
      rocksdb_transactiondb_options_destroy(transactionOptions)
      guard let opened else { throw RocksDBError(description: "RocksDB did not open") }
      handle = .locking(opened)
    }
    // What is read for update is checked from the first read on.
    rocksdb_optimistictransaction_options_set_set_snapshot(optimisticOptions, 0)
    rocksdb_transaction_options_set_deadlock_detect(lockOptions, 1)
  }

  deinit {
    rocksdb_transaction_options_destroy(lockOptions)
    rocksdb_optimistictransaction_options_destroy(optimisticOptions)
  }

  var kind: ClientKind { .blocking }

  func makeClient() throws -> any EngineClient {
    RocksDBTransactionClient(self)
  }

  /// Begins a transaction, in the memory of an old one if there is one.
  func begin(_ old: OpaquePointer?) -> OpaquePointer? {
    switch handle {
    case .locking(let database):
      rocksdb_transaction_begin(database, rocks.writing, lockOptions, old)
    case .optimistic(let database, _):
      rocksdb_optimistictransaction_begin(database, rocks.writing, optimisticOptions, old)
    }
  }

  func makeIterator(_ reading: OpaquePointer) -> OpaquePointer? {
    switch handle {
    case .locking(let database): rocksdb_transactiondb_create_iterator(database, reading)
    case .optimistic(_, let base): rocksdb_create_iterator(base, reading)
    }
  }

  func get(_ key: UnsafeRawBufferPointer) throws(RocksDBError) -> OpaquePointer? {
    let start = key.bindMemory(to: CChar.self).baseAddress
    return try RocksDBError.check { error in
      switch handle {
      case .locking(let database):
        rocksdb_transactiondb_get_pinned(database, rocks.reading, start, key.count, &error)
      case .optimistic(_, let base):
        rocksdb_get_pinned(base, rocks.reading, start, key.count, &error)
      }
    }
  }

  private func ask(_ name: String) -> UnsafeMutablePointer<CChar>? {
    switch handle {
    case .locking(let database): rocksdb_transactiondb_property_value(database, name)
    case .optimistic(_, let base): rocksdb_property_value(base, name)
    }
  }

  func settle() async throws {
    try await RocksDBProperties.settle { self.ask($0) }
  }

  func figures() async throws -> EngineFigures {
    var figures = EngineFigures()
    figures.storedBytes = FileTree.bytes(options.directory)
    figures.stallSeconds = RocksDBProperties.stallSeconds { self.ask($0) }
    return figures
  }

  func close() async throws {
    switch handle {
    case .locking(let database): rocksdb_transactiondb_close(database)
    case .optimistic(let database, let base):
      rocksdb_optimistictransactiondb_close_base_db(base)
      rocksdb_optimistictransactiondb_close(database)
    }
  }
}
