// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import YCSB

/// Panjeon, with and without transactions.
final class PanjeonEngine: Engine {
  static let table = "usertable"
  static let family = "f"

  let database: Database
  let options: EngineOptions
  let durability: Durability
  private let isTransactional: Bool

  private init(_ database: Database, _ options: EngineOptions, isTransactional: Bool) {
    self.database = database
    self.options = options
    self.isTransactional = isTransactional
    durability =
      switch options.durability {
      case .memory: .memory
      case .os: .operatingSystem
      case .disk: .disk
      }
  }

  static func open(_ options: EngineOptions, isTransactional: Bool) async throws -> PanjeonEngine {
    var configuration = StoreConfiguration()
    configuration.memoryBudgetBytes =
      options.cacheBytes + EngineOptions.memtablesMax * options.memtableBytes
    configuration.memtableBytesMax = options.memtableBytes
    configuration.unflushedMemtablesMax = EngineOptions.memtablesMax - 1
    configuration.blockBytes = options.blockBytes
    configuration.bloomBitsPerRow = options.bloomBits
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
    if isTransactional {
      try await database.createTableIfNeeded(schema)
    } else if try await !database.tables().contains(where: { $0.name == table }) {
      try await database.store.createTable(schema)
    }
    return PanjeonEngine(database, options, isTransactional: isTransactional)
  }

  var kind: ClientKind { .suspending }

  func makeClient() throws -> any EngineClient {
    isTransactional ? PanjeonTransactionClient(self) : PanjeonClient(self)
  }

  func settle() async throws {
    while !database.store.isIdle {
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  func figures() async throws -> EngineFigures {
    var figures = EngineFigures()
    figures.storedBytes = FileTree.bytes(options.directory)
    figures.stallSeconds = database.store.metrics.stalls.total / .seconds(1)
    return figures
  }

  func close() async throws {
    try await database.close()
  }
}

/// How records are laid out in rows: a column for each field, and one for each message, the newest first.
enum PanjeonLayout {
  static func qualifier(_ field: Int) -> Bytes {
    field < 0x80 ? Bytes([UInt8(field)]) : Bytes([0x80 | UInt8(field >> 8), UInt8(field & 0xFF)])
  }

  static func field(_ qualifier: Bytes) -> Int {
    qualifier.withUnsafeBytes { bytes in
      bytes.count == 1 ? Int(bytes[0]) : Int(bytes[0] & 0x7F) << 8 | Int(bytes[1])
    }
  }

  static let messages = KeyRange(from: Bytes([0xF0]), to: Bytes([0xF1]))

  static func message(_ id: UInt64) -> Bytes {
    Bytes([0xF0] + (0..<8).map { UInt8(truncatingIfNeeded: ~id >> (56 - 8 * UInt64($0))) })
  }

  /// The fields of a record, for all or for some.
  static func selection(_ fields: [Int]?, fieldCount: Int) -> ColumnSelection {
    var selection = ColumnSelection()
    if let fields, fields.count < fieldCount {
      for field in fields {
        selection.add(family: PanjeonEngine.family, qualifier: qualifier(field))
      }
    }
    return selection
  }

  static func deliver(_ row: RowResult, to sink: FieldSink) {
    for cell in row {
      let field = field(cell.column.qualifier)
      cell.value.withUnsafeBytes { sink.take(field: field, $0) }
    }
  }

  static func mutations(_ key: [UInt8], _ values: FieldValues) -> RowMutations {
    var mutations = RowMutations(Bytes(key))
    for index in 0..<values.count {
      mutations.put(
        family: PanjeonEngine.family, qualifier: qualifier(values.fields[index]),
        value: Bytes(values.value(index)))
    }
    return mutations
  }
}

/// Each operation by itself, without transactions.
final class PanjeonClient: EngineClient {
  private let engine: PanjeonEngine
  private let store: EmbeddedStore

  init(_ engine: PanjeonEngine) {
    self.engine = engine
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
    throw NotOffered("'panjeon' runs no transactions; 'panjeon-txn' does")
  }
}
