// SPDX-License-Identifier: Apache-2.0

/// A wide-column store: tables of rows of cells, each row read and changed atomically.
///
/// What any conforming store promises, and no more: a Get sees each row at one moment; a change to one row
/// is atomic; a scan is row-atomic but not a snapshot. Stronger promises are separate capabilities:
/// ``SnapshotStore``, ``BatchStore`` and ``AtomicBatchStore``. Sizes and families are checked before anything
/// is sent or written.
public protocol WideColumnStore: Sendable {
  /// The cursor a scan is pulled through.
  associatedtype Cursor: RowCursor

  /// The sizes the store accepts.
  var limits: StoreLimits { get }

  /// Which life of which store this is; `.unknown` (the default) for a store that cannot tell.
  ///
  /// Whoever keeps the name of something under way in the store keeps this with it: under another one it means nothing.
  var incarnation: StoreIncarnation { get }

  /// Returns the shape of a table.
  ///
  /// - Throws: `noSuchTable`.
  func schema(of table: String) async throws(StoreError) -> TableSchema

  /// Reads one row; nil when it has none of the selected cells.
  ///
  /// - Throws: `noSuchTable`, `noSuchFamily`, `invalidArgument`, `corruption`, `io`, `closed`.
  func get(_ get: Get, in table: String) async throws(StoreError) -> RowResult?

  /// Begins a scan.
  ///
  /// - Throws: as ``get(_:in:)``.
  func scan(_ scan: Scan, in table: String) async throws(StoreError) -> Cursor

  /// A column of a row, of the same family as another one and before it, with about so many of the row's cells between them: where to begin when the
  /// cells before a column are to be read, as rows are read forwards only.
  ///
  /// **A hint**, of the present state and without waiting: the column may be gone, and far from there. Nil when the store cannot tell (the default), and when
  /// there are not so many.
  ///
  /// - Parameters:
  ///   - cells: How many cells.
  ///   - column: The column to read up to.
  ///   - row: The row.
  ///   - table: Its table.
  /// - Returns: The column to begin at.
  func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column?

  /// Changes one row atomically, and only if every condition holds.
  ///
  /// A call whose answer is lost has an `unknownOutcome`; a store must not send it again by itself and give the second answer, that a condition
  /// does not hold, which may come of the first.
  ///
  /// - Returns: Whether the conditions held; if not, nothing was written.
  /// - Throws: as ``get(_:in:)``, and `limitExceeded`, `readOnly`, `unavailable`, `unknownOutcome`.
  func checkAndMutate(
    _ operation: CheckAndMutate, in table: String, durability: Durability
  ) async throws(StoreError) -> Bool
}

/// The rows of a scan, pulled one at a time.
public protocol RowCursor: Sendable {
  /// Returns the next row, or nil after the last.
  ///
  /// Not to be called from two tasks at once.
  mutating func next() async throws(StoreError) -> RowResult?
}

extension WideColumnStore {
  /// Nil: not known.
  public func columnToReadFrom(
    _ cells: Int, before column: Column, in row: RowKey, of table: String
  ) -> Column? {
    nil
  }

  /// Unknown.
  public var incarnation: StoreIncarnation { .unknown }

  /// Writes cells to one row.
  public func put(
    _ put: Put, in table: String, durability: Durability = .disk
  ) async throws(StoreError) {
    try await mutate(put.rowMutations, in: table, durability: durability)
  }

  /// Deletes from one row.
  public func delete(
    _ delete: Delete, in table: String, durability: Durability = .disk
  ) async throws(StoreError) {
    try await mutate(delete.rowMutations, in: table, durability: durability)
  }

  /// Changes one row atomically.
  public func mutate(
    _ rowMutations: RowMutations, in table: String, durability: Durability = .disk
  ) async throws(StoreError) {
    _ = try await checkAndMutate(
      CheckAndMutate([], rowMutations), in: table, durability: durability)
  }
}
