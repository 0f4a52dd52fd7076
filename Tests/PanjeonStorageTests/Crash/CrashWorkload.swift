// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import WideColumn

/// The contents of a store: table, row, column to value.
typealias Contents = [Column: [Column: Bytes]]

/// A crash that is to be examined: the disk it left, and what had been promised by then.
struct Crash: Sendable {
  var disk: InMemoryFileSystem
  var acknowledged: Int
  var begun: Int
  var call: FileSystemCall
}

/// What has been begun and acknowledged so far, read by the observer at any moment.
final class Progress: Sendable {
  struct Counts: Sendable {
    var begun = 0
    var onDisk = 0
    var inSystem = 0
  }

  let counts = Mutex(Counts())
}

/// Writes atomic batches one after another and crashes the disk between any two of its calls.
struct CrashWorkload {
  static let tables = ["t", "u"]
  var random: SplitMix64
  /// Splits and merges regions between batches; nil: never.
  var regionRandom: SplitMix64?
  var oracle = PrefixOracle<Contents>(initial: [:])
  let progress = Progress()

  /// Draws the next batch: a few rows of two tables, each put to and deleted from.
  mutating func nextBatch() -> AtomicBatch {
    var batch = AtomicBatch()
    var used: Set<Column> = []
    for _ in 0..<(1 + random.below(4)) {
      let table = Self.tables[random.below(2)]
      let row = TestStore.row(random.below(12))
      guard used.insert(Column(family: table, qualifier: row)).inserted else { continue }
      var mutations: [Mutation] = []
      for _ in 0..<(1 + random.below(4)) { mutations.append(nextMutation()) }
      batch.operations.append(
        BatchOperation(
          table: table, operation: CheckAndMutate([], RowMutations(row, mutations))))
    }
    return batch
  }

  private mutating func nextMutation() -> Mutation {
    let column = Column(
      family: random.chance(0.5) ? "data" : "other", qualifier: Bytes(utf8: "q\(random.below(4))"))
    switch random.below(10) {
    case 0: return .deleteRow(upTo: nil)
    case 1: return .deleteFamily(column.family, upTo: nil)
    case 2: return .deleteColumn(column, upTo: nil)
    default:
      let length = random.chance(0.05) ? 3000 : random.below(60)
      return .put(
        column, timestamp: nil,
        value: Bytes((0..<length).map { _ in UInt8(random.below(256)) }))
    }
  }

  /// Applies a batch to the model.
  static func apply(_ batch: AtomicBatch, to contents: inout Contents) {
    for part in batch.operations {
      let name = Column(family: part.table, qualifier: part.operation.row)
      var row = contents[name] ?? [:]
      for mutation in part.operation.rowMutations.mutations {
        switch mutation {
        case .put(let column, _, let value, _): row[column] = value
        case .deleteColumn(let column, _): row[column] = nil
        case .deleteFamily(let family, _): row = row.filter { $0.key.family != family }
        case .deleteRow: row = [:]
        case .deleteVersion, .deleteFamilyVersion, .increment, .append, .minimum, .maximum: break
        }
      }
      contents[name] = row.isEmpty ? nil : row
    }
  }

  private mutating func remove(_ removal: RowRemoval, _ store: EmbeddedStore) async throws {
    oracle.record(removal.apply)
    let number = oracle.count
    progress.counts.withLock { $0.begun = number }
    try await removal.perform(on: store)
    progress.counts.withLock { counts in
      counts.onDisk = number
      counts.inSystem = number
    }
    try await removal.recreate(on: store)
  }

  /// Everything in a store.
  static func contents(of store: EmbeddedStore) async throws -> Contents {
    var contents: Contents = [:]
    for schema in try await store.tables() {
      for row in try await TestStore.rows(store.scan(Scan(), in: schema.name)) {
        for cell in row {
          contents[Column(family: schema.name, qualifier: row.row), default: [:]][cell.column] =
            cell.value
        }
      }
    }
    return contents
  }

  /// Creates the tables and runs batches of mixed durability.
  mutating func run(_ store: EmbeddedStore, batches: Int) async throws {
    for table in Self.tables {
      var schema = TestStore.schema
      schema.name = table
      let points = (1...9).filter { _ in random.chance(0.3) }.map { TestStore.row($0) }
      try await store.createTable(schema, splitAt: points)
    }
    for _ in 0..<batches { try await step(store) }
  }

  mutating func step(_ store: EmbeddedStore) async throws {
    if var random = regionRandom {
      if random.chance(0.06) {
        try await TestStore.reshape(
          store, Self.tables[random.below(2)], rows: (0..<12).map(TestStore.row), &random)
      }
      regionRandom = random
    }
    if random.chance(0.02) { return try await remove(RowRemoval.draw(&random), store) }
    let batch = nextBatch()
    let durability = Durability.allCases[random.below(3)]
    oracle.record { Self.apply(batch, to: &$0) }
    let number = oracle.count
    progress.counts.withLock { $0.begun = number }
    let outcome = try await store.commit(batch, since: nil, durability: durability)
    precondition(outcome == .committed)
    progress.counts.withLock { counts in
      if durability == .disk { counts.onDisk = number }
      if durability >= .operatingSystem { counts.inSystem = number }
    }
  }
}
