// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import YCSB

/// Panjeon, with and without transactions.
final class PanjeonEngine: Engine {
  /// How the operations of a transaction are carried out.
  enum Mode {
    /// Not at all.
    case operations
    /// As a transaction.
    case transactions
    /// As a transaction; a read by itself as one too, on a snapshot.
    case snapshots
    /// One call each, in order.
    case calls
    /// Each read by a call, and all writes by one.
    case batch

    var isTransactional: Bool { self == .transactions || self == .snapshots }
  }

  static let table = "usertable"
  static let family = "f"

  let database: Database
  let options: EngineOptions
  let durability: Durability
  private let mode: Mode

  private init(_ database: Database, _ options: EngineOptions, _ mode: Mode) {
    self.database = database
    self.options = options
    self.mode = mode
    durability =
      switch options.durability {
      case .memory: .memory
      case .os: .operatingSystem
      case .disk: .disk
      }
  }

  /// - Parameter configure: Changes what the options do not speak of.
  static func open(
    _ options: EngineOptions, _ mode: Mode,
    configure: (inout StoreConfiguration) -> Void = { _ in }
  ) async throws -> PanjeonEngine {
    var configuration = StoreConfiguration()
    configuration.memoryBudgetBytes =
      options.cacheBytes + EngineOptions.memtablesMax * options.memtableBytes
    configuration.memtableBytesMax = options.memtableBytes
    configuration.unflushedMemtablesMax = EngineOptions.memtablesMax - 1
    configuration.blockBytes = options.blockBytes
    configuration.bloomBitsPerRow = options.bloomBits
    configure(&configuration)
    let database = try await Database.open(at: options.directory, configuration: configuration)
    let compression: LocalityGroup.Compression =
      switch options.compression {
      case .none: .none
      case .snappy: .snappy
      case .lz4: .lz4
      }
    let schema = TableSchema(
      name: table, families: [ColumnFamily(family)],
      localityGroups: [LocalityGroup("default", compression: compression)])
    if mode.isTransactional {
      try await database.createTableIfNeeded(schema)
    } else if try await !database.tables().contains(where: { $0.name == table }) {
      try await database.store.createTable(schema)
    }
    return PanjeonEngine(database, options, mode)
  }

  var kind: ClientKind { .suspending }

  func makeClient() throws -> any EngineClient {
    mode.isTransactional ? PanjeonTransactionClient(self, mode) : PanjeonClient(self, mode)
  }

  func settle() async throws {
    while !database.store.isIdle {
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  func figures() async throws -> EngineFigures {
    var figures = EngineFigures()
    figures.storedBytes = FileTree.bytes(options.directory)
    let stalls = database.store.metrics.stalls
    figures.stallSeconds = stalls.total / .seconds(1)
    figures.stallsByCause = StallCause.allCases.map { cause in
      EngineFigures.Stall(
        cause: cause.rawValue, count: stalls[cause].count,
        seconds: stalls[cause].total / .seconds(1))
    }
    return figures
  }

  func close() async throws {
    try await database.close()
  }
}
