// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A read-write transaction: reads from one snapshot, writes kept until the commit.
///
/// Strictly serializable: it commits only if no row it read, no row it found absent and no range it scanned has
/// been changed since its snapshot. Its reads show its own writes. It exists only inside the body given to
/// ``TransactionManager/withTransaction(_:_:)`` and cannot be copied out of it.
public struct Transaction<Store: AtomicBatchStore>: ~Copyable {
  /// The name of this attempt.
  public let id: TransactionID

  let store: Store
  let snapshot: Store.Snapshot
  let options: TransactionOptions

  /// The rows read and written.
  var rows = RowStates()

  /// The ranges scanned, as far as they were.
  var ranges: [UnchangedRange?] = []

  private(set) var bytesWritten = 0

  /// How often the batch has been built anew.
  var blindRepeats = 0
  /// The version of the last batch, in microseconds: one that is built anew must not be taken for it.
  var lastVersion: Int64 = 0

  /// How to take the changes back that came behind the first savepoint.
  var undoLog = UndoLog()

  var hooks = CommitHooks<Store>()
  var values: [ObjectIdentifier: Any] = [:]

  init(
    id: TransactionID, store: Store, options: TransactionOptions
  ) throws(StoreError) {
    self.id = id
    self.store = store
    self.options = options
    snapshot = try store.snapshot(.sequenced)
  }

  /// Reads a row as of the snapshot, with this transaction's own changes; nil when nothing of it is there.
  ///
  /// Cells that the transaction has written itself bear the timestamp `.max`. Throws errors of the store;
  /// `conflict` when a commit in two phases holds the row; `tooLarge`; `misuse` when the lock family is asked for.
  public mutating func get(_ get: Get, in table: String) async throws -> RowResult? {
    let name = TransactionRow(table: table, row: get.row)
    try get.validate()
    try checkSelection(get.columns)
    guard let changes = rows.changes(of: name), !changes.isEmpty else {
      let read = try await read(get.withHeader(), in: table)
      try noteRead(name, read)
      if read == nil, get.selectsWholeRow { rows.setEmpty(true, name) }
      return read?.withoutLock(cellsMax: get.cellsMax)
    }
    return try await readOverlaid(name, get, changes)
  }

  /// Reads several rows of a table, in order.
  ///
  /// All of them are read at once where the store is far away. Throws as the read of one row does.
  public mutating func get(_ gets: [Get], in table: String) async throws -> [RowResult?] {
    for get in gets {
      try get.validate()
      try checkSelection(get.columns)
    }
    let names = gets.map { TransactionRow(table: table, row: $0.row) }
    let places = gets.indices.filter { rows.changes(of: names[$0])?.isEmpty ?? true }
    var results = [RowResult?](repeating: nil, count: gets.count)
    let reads = try await read(places.map { gets[$0].withHeader() }, in: table)
    for (place, read) in zip(places, reads) {
      try noteRead(names[place], read)
      if read == nil, gets[place].selectsWholeRow { rows.setEmpty(true, names[place]) }
      results[place] = read?.withoutLock(cellsMax: gets[place].cellsMax)
    }
    // Those that the transaction has written to itself.
    for place in gets.indices {
      guard let changes = rows.changes(of: names[place]), !changes.isEmpty else { continue }
      results[place] = try await readOverlaid(names[place], gets[place], changes)
    }
    return results
  }

  /// A column to begin at when the cells before another one are to be read.
  ///
  /// A hint of the store, which knows nothing of this transaction's writes: `WideColumnStore.columnToReadFrom(_:before:in:of:)`.
  public func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column? {
    store.columnToReadFrom(cells, before: column, in: row, of: table)
  }

  /// Changes a row when the transaction commits.
  ///
  /// A put bears the row's version as its timestamp, so it may not name one. A delete that names a timestamp
  /// concerns committed versions only. Increments, appends, minima and maxima **read nothing**: they apply to what the row holds
  /// at the commit, exactly once, and two transactions that count in the same column do not conflict; only one that reads the
  /// column depends on it. Throws `misuse` and `tooLarge`; errors of the store's limits and schema, and `invalidArgument`
  /// for a value that is no integer, come at the commit.
  public mutating func mutate(_ rowMutations: RowMutations, in table: String) throws {
    for mutation in rowMutations.mutations { try checkWrite(mutation) }
    try write(rowMutations.mutations, to: TransactionRow(table: table, row: rowMutations.row))
  }

  /// Adds changes to those of a row; without any, the row gets a new version alone.
  ///
  /// Throws `tooLarge`.
  mutating func write(_ mutations: [Mutation], to name: TransactionRow) throws {
    let bytes = mutations.reduce(name.row.count) { $0 + $1.byteCount }
    let changesBefore = rows.changes(of: name)?.count
    let written = rows.written + (changesBefore == nil ? 1 : 0)
    if written > options.rowsWrittenMax || bytesWritten + bytes > options.bytesWrittenMax {
      throw TransactionError(
        .tooLarge,
        "a transaction that writes more than \(options.rowsWrittenMax) rows or "
          + "\(options.bytesWrittenMax) bytes", row: name)
    }
    undoLog.note(name, mutationsBefore: changesBefore, bytes: bytes)
    bytesWritten += bytes
    rows.append(mutations, to: name)
  }

  /// Takes back the last of the changes.
  mutating func undo(_ change: UndoLog.Change) {
    bytesWritten -= change.bytes
    rows.shortenChanges(of: change.row, to: change.mutationsBefore)
  }

  /// Writes cells to a row when the transaction commits.
  ///
  /// Throws as ``mutate(_:in:)``.
  public mutating func put(_ put: Put, in table: String) throws {
    try mutate(put.rowMutations, in: table)
  }

  /// Deletes from a row when the transaction commits.
  ///
  /// Throws as ``mutate(_:in:)``.
  public mutating func delete(_ delete: Delete, in table: String) throws {
    try mutate(delete.rowMutations, in: table)
  }

  /// Adds to integers of a row when the transaction commits, without reading them.
  ///
  /// Throws as ``mutate(_:in:)``.
  public mutating func increment(_ increment: Increment, in table: String) throws {
    try mutate(increment.rowMutations, in: table)
  }

  /// Appends to values of a row when the transaction commits, without reading them.
  ///
  /// Throws as ``mutate(_:in:)``.
  public mutating func append(_ append: Append, in table: String) throws {
    try mutate(append.rowMutations, in: table)
  }

  private func checkWrite(_ mutation: Mutation) throws {
    if mutation.family == ColumnFamily.lockFamilyName {
      throw TransactionError(.misuse, "the family '!lock!' belongs to the transactions themselves")
    }
    switch mutation {
    case .put(_, .some, _, _), .increment(_, _, .some), .append(_, _, .some),
      .minimum(_, _, .some), .maximum(_, _, .some):
      throw TransactionError(
        .misuse, "what a transaction writes bears its row's version; leave the timestamp out")
    default: return
    }
  }

  func checkSelection(_ columns: ColumnSelection) throws {
    if columns.families?[ColumnFamily.lockFamilyName] != nil {
      throw TransactionError(.misuse, "the family '!lock!' belongs to the transactions themselves")
    }
  }

  /// Remembers the header of a row that was read by itself.
  mutating func noteRead(_ name: TransactionRow, _ row: RowResult?) throws {
    try noteHeader(name, row, isRead: true)
  }

  /// Remembers the header a row was read with.
  mutating func noteHeader(
    _ name: TransactionRow, _ row: RowResult?, isRead: Bool = false
  ) throws {
    let header = row?.header
    if let header, LockHeader(decoding: header)?.state != .stable {
      if isRead { rows.setRead(name) }
      throw TransactionError.locked(name)
    }
    rows.setHeader(header, of: name, isRead: isRead)
    if rows.headersKnown > options.rowsReadMax {
      throw TransactionError(
        .tooLarge, "a transaction that reads more than \(options.rowsReadMax) rows", row: name)
    }
  }
}
