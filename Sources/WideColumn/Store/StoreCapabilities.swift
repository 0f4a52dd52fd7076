// SPDX-License-Identifier: Apache-2.0

/// A store whose tables can be created through it.
public protocol TableAdministration: WideColumnStore {
  /// Creates a table; durable when it returns.
  ///
  /// - Throws: `tableExists`, `invalidArgument`, `readOnly`, `io`.
  func createTable(_ schema: TableSchema) async throws(StoreError)

  /// The shapes of all tables, by name.
  func tables() async throws(StoreError) -> [TableSchema]

  /// Gives a table another schema of the same name; durable when it returns.
  ///
  /// - Throws: `noSuchTable`, `invalidArgument`, `readOnly`, `io`.
  func alterTable(_ schema: TableSchema) async throws(StoreError)

  /// Removes a table and all that it holds; durable when it returns.
  ///
  /// - Throws: `noSuchTable`, `readOnly`, `io`.
  func dropTable(_ name: String) async throws(StoreError)

  /// Removes all rows of a table; durable when it returns.
  ///
  /// - Parameters:
  ///   - name: The table.
  ///   - keepsRegions: Whether the table stays cut as it is.
  /// - Throws: `noSuchTable`, `readOnly`, `io`.
  func truncateTable(_ name: String, keepsRegions: Bool) async throws(StoreError)
}

extension TableAdministration {
  /// Adds a column family to a table.
  ///
  /// Throws `invalidArgument` when the table has one of that name, and as ``alterTable(_:)``.
  public func addFamily(_ family: ColumnFamily, to table: String) async throws(StoreError) {
    var schema = try await schema(of: table)
    if schema.family(named: family.name) != nil {
      throw StoreError(
        .invalidArgument, "table '\(table)' has a column family '\(family.name)' already")
    }
    schema.set(schema.families + [family])
    try await alterTable(schema)
  }

  /// Drops a column family of a table, and all that it holds.
  ///
  /// Throws `noSuchFamily`, `invalidArgument` when it is the last, and as ``alterTable(_:)``.
  public func dropFamily(_ name: String, of table: String) async throws(StoreError) {
    var schema = try await schema(of: table)
    guard schema.family(named: name) != nil else {
      throw StoreError(.noSuchFamily, "table '\(table)' has no column family '\(name)'")
    }
    schema.set(schema.families.filter { $0.name != name })
    try await alterTable(schema)
  }
}

/// A store that can be read as it was at one moment.
public protocol SnapshotStore: WideColumnStore {
  /// A moment to read at. It pins what it can see until its last reference is gone.
  associatedtype Snapshot: Sendable

  /// Pins the present state.
  ///
  /// - Parameter level: Which state; see ``SnapshotLevel``.
  /// - Returns: The snapshot.
  /// - Throws: `closed`, `limitExceeded`.
  func snapshot(_ level: SnapshotLevel) throws(StoreError) -> Snapshot

  /// Reads one row at a snapshot.
  func get(
    _ get: Get, in table: String, at snapshot: Snapshot
  ) async throws(StoreError) -> RowResult?

  /// Reads rows of a table at a snapshot, in the order asked for.
  ///
  /// By default one after the other; a store that is far away reads them at once. Throws as the read of one row does.
  func get(
    _ gets: [Get], in table: String, at snapshot: Snapshot
  ) async throws(StoreError) -> [RowResult?]

  /// Begins a scan at a snapshot.
  func scan(
    _ scan: Scan, in table: String, at snapshot: Snapshot
  ) async throws(StoreError) -> Cursor
}

extension SnapshotStore {
  /// Reads rows one after the other.
  ///
  /// Throws as the read of one row does.
  public func get(
    _ gets: [Get], in table: String, at snapshot: Snapshot
  ) async throws(StoreError) -> [RowResult?] {
    var rows: [RowResult?] = []
    rows.reserveCapacity(gets.count)
    for get in gets { rows.append(try await self.get(get, in: table, at: snapshot)) }
    return rows
  }
}

/// Which of the states of a store a snapshot pins.
public enum SnapshotLevel: Hashable, Sendable {
  /// The last state whose writes have all reached the durability they asked for.
  case visible

  /// The last state that has been put in order, some of which may not be durable yet.
  ///
  /// For transactions that will write: the order of the log makes their own commit depend on what they read.
  case sequenced
}

/// A store that takes conditional changes of many rows in one call, each row on its own.
public protocol BatchStore: WideColumnStore {
  /// Makes each change whose conditions hold; rows are independent of one another.
  ///
  /// - Returns: For each operation, in order, whether its conditions held, or its error.
  func checkAndMutate(
    batch: [CheckAndMutate], in table: String, durability: Durability
  ) async -> [Result<Bool, StoreError>]
}

/// A store that resolves increments and appends, and says what they have become.
public protocol ReadModifyWriteStore: WideColumnStore {
  /// Changes one row atomically, and only if every condition holds.
  ///
  /// - Parameters:
  ///   - operation: The conditions and the changes.
  ///   - table: The row's table.
  ///   - durability: What the change survives when this returns.
  /// - Returns: The cells that its increments and appends have written, of each column the newest; nil when a condition
  ///   did not hold and nothing was written.
  /// - Throws: as ``WideColumnStore/checkAndMutate(_:in:durability:)``; `invalidArgument`, with nothing written, when a value to be
  ///   incremented is no integer or the sum leaves the range of 64 bits.
  func readModifyWrite(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> RowResult?
}

extension ReadModifyWriteStore {
  /// Adds to integers of one row and returns the sums.
  ///
  /// Throws as ``readModifyWrite(_:in:durability:)``.
  public func increment(
    _ increment: Increment, in table: String, durability: Durability = .disk
  ) async throws(StoreError) -> RowResult {
    try await write(increment.rowMutations, in: table, durability: durability)
  }

  /// Appends to values of one row and returns what they have become.
  ///
  /// Throws as ``readModifyWrite(_:in:durability:)``.
  public func append(
    _ append: Append, in table: String, durability: Durability = .disk
  ) async throws(StoreError) -> RowResult {
    try await write(append.rowMutations, in: table, durability: durability)
  }

  private func write(
    _ rowMutations: RowMutations, in table: String, durability: Durability
  ) async throws(StoreError) -> RowResult {
    let written = try await readModifyWrite(
      CheckAndMutate([], rowMutations), in: table, durability: durability)
    return written ?? RowResult(row: rowMutations.row, cells: [])
  }
}

/// A conditional change of one row of one table, as part of an atomic batch.
public struct BatchOperation: Hashable, Sendable {
  /// The table of the row.
  public var table: String

  /// What must hold, and what to change.
  public var operation: CheckAndMutate

  /// Creates a part of an atomic batch.
  public init(table: String, operation: CheckAndMutate) {
    self.table = table
    self.operation = operation
  }
}

/// A range of rows none of which may have changed since a snapshot.
public struct UnchangedRange: Hashable, Sendable {
  /// The table of the rows.
  public var table: String

  /// The rows; not inverted.
  public var rows: KeyRange

  /// Creates a condition on a range.
  public init(table: String, rows: KeyRange) {
    self.table = table
    self.rows = rows
  }
}

/// Changes to many rows of many tables, made all together or not at all.
public struct AtomicBatch: Hashable, Sendable {
  /// The conditional changes; a row may appear once.
  public var operations: [BatchOperation]

  /// The ranges in which nothing may have changed since the snapshot the batch is committed with.
  public var unchangedRanges: [UnchangedRange]

  /// Whether the client has seen every condition hold at the snapshot that the batch is committed with; by default false.
  ///
  /// The store may then look at those rows only that have been written since. If the client is wrong, the batch is made
  /// though a condition does not hold.
  public var conditionsHoldAtSnapshot: Bool

  /// Creates a batch.
  public init(
    operations: [BatchOperation] = [], unchangedRanges: [UnchangedRange] = [],
    conditionsHoldAtSnapshot: Bool = false
  ) {
    self.operations = operations
    self.unchangedRanges = unchangedRanges
    self.conditionsHoldAtSnapshot = conditionsHoldAtSnapshot
  }
}

/// How an atomic batch ended.
public enum AtomicBatchOutcome: Hashable, Sendable {
  /// Every condition held and every change was made.
  case committed

  /// A condition of the operation at this index did not hold; nothing was written.
  case conditionFailed(operation: Int)

  /// The range at this index has changed since the snapshot; nothing was written.
  case rangeChanged(range: Int, row: RowKey)
}

/// A store that checks and changes any set of rows in one atomic step.
public protocol AtomicBatchStore: SnapshotStore {
  /// Checks every condition and makes every change in one step.
  ///
  /// When it returns `committed`, the batch has reached `durability` and is visible to every read that begins
  /// afterwards. A batch without changes is validated against everything that is in order, and returns once
  /// all it depends on is visible.
  ///
  /// A call whose answer is lost has an `unknownOutcome`. A store must not send it again by itself and give the second answer: that a
  /// condition does not hold the second time may come of the first, and the client would make its changes once more.
  ///
  /// - Parameters:
  ///   - batch: The conditions and changes.
  ///   - snapshot: What `unchangedRanges` are relative to; needed when there are any. A store that can lose what a snapshot has seen
  ///     (in a restart that its clients outlive) refuses a batch since such a one, one without changes too.
  ///   - durability: What the batch survives when this returns.
  /// - Returns: How it ended.
  /// - Throws: as ``WideColumnStore/checkAndMutate(_:in:durability:)``.
  func commit(
    _ batch: AtomicBatch, since snapshot: Snapshot?, durability: Durability
  ) async throws(StoreError) -> AtomicBatchOutcome
}
