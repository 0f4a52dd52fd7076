// SPDX-License-Identifier: Apache-2.0

package import Panjeon
package import YCSB

/// The engines there are; the raw values are the names on the command line.
package enum EngineKind: String, CaseIterable, Sendable {
  case panjeon
  case panjeonTransactional = "panjeon-txn"
  case panjeonSnapshot = "panjeon-snapshot"
  case panjeonCalls = "panjeon-calls"
  case panjeonBatch = "panjeon-batch"
  case rocksDBCell = "rocksdb-cell"
  case rocksDBRow = "rocksdb-row"
  case rocksDBTransactional = "rocksdb-txn"
  case rocksDBOptimistic = "rocksdb-otxn"
  case sqlite
  case limit

  package var meaning: String {
    switch self {
    case .panjeon: "Panjeon's store: a row of cells, no transactions"
    case .panjeonTransactional: "Panjeon's transactions: each operation is one"
    case .panjeonSnapshot:
      "as panjeon-txn, but each read by itself is a read-only transaction, on a snapshot"
    case .panjeonCalls: "Panjeon's store: of a transaction only its operations, one call each"
    case .panjeonBatch: "Panjeon's store: of a transaction its reads, and its writes as one batch"
    case .rocksDBCell: "RocksDB with a key for each cell"
    case .rocksDBRow: "RocksDB with the whole row as one value; an update reads and rewrites it"
    case .rocksDBTransactional: "RocksDB's TransactionDB (locks), a key for each cell"
    case .rocksDBOptimistic: "RocksDB's OptimisticTransactionDB, a key for each cell"
    case .sqlite: "SQLite by GRDB, in WAL mode"
    case .limit: "what the machine allows: a bare log, and rows copied from memory"
    }
  }

  /// Whether it runs transactions of several rows.
  package var isTransactional: Bool {
    switch self {
    case .panjeonTransactional, .panjeonSnapshot, .rocksDBTransactional, .rocksDBOptimistic,
      .sqlite,
      .limit:
      true
    case .panjeon, .panjeonCalls, .panjeonBatch, .rocksDBCell, .rocksDBRow: false
    }
  }

  /// Whether it does what a transaction does without its promises: to tell what those cost.
  package var imitatesTransactions: Bool { self == .panjeonCalls || self == .panjeonBatch }

  package static func named(_ name: String) throws(UsageError) -> EngineKind {
    guard let kind = EngineKind(rawValue: name) else {
      let known = allCases.map { "  \($0.rawValue): \($0.meaning)" }.joined(separator: "\n")
      throw UsageError("there is no engine '\(name)'; there are\n\(known)")
    }
    return kind
  }

  /// Opens the engine in its directory, which is created.
  package func open(_ options: EngineOptions) async throws -> any Engine {
    try FileTree.create(options.directory)
    switch self {
    case .panjeon: return try await PanjeonEngine.open(options, .operations)
    case .panjeonTransactional: return try await PanjeonEngine.open(options, .transactions)
    case .panjeonSnapshot: return try await PanjeonEngine.open(options, .snapshots)
    case .panjeonCalls: return try await PanjeonEngine.open(options, .calls)
    case .panjeonBatch: return try await PanjeonEngine.open(options, .batch)
    case .rocksDBCell: return try RocksDBEngine(options, layout: .cell)
    case .rocksDBRow: return try RocksDBEngine(options, layout: .row)
    case .rocksDBTransactional: return try RocksDBTransactionEngine(options, isOptimistic: false)
    case .rocksDBOptimistic: return try RocksDBTransactionEngine(options, isOptimistic: true)
    case .sqlite: return try SQLiteEngine(options)
    case .limit: return try LimitEngine(options)
    }
  }

  /// Opens Panjeon's store, on another file system or on several volumes, without transactions.
  ///
  /// - Parameters:
  ///   - options: As for every engine; its directory is where the store is opened.
  ///   - configure: Changes what the options do not speak of.
  package static func openPanjeon(
    _ options: EngineOptions, configure: (inout StoreConfiguration) -> Void
  ) async throws -> any Engine {
    try await PanjeonEngine.open(options, .operations, configure: configure)
  }
}
