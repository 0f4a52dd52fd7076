// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The version that a commit gives to the rows it writes.
extension Transaction {
  /// Greater than the version of every row touched and that of every batch built before, and the wall clock if it agrees.
  ///
  /// Throws `invalidArgument` when there is no greater version; errors of the store.
  func nextVersion(_ clock: any TimeSource) async throws -> Timestamp {
    var version = RowVersion(clock)
    version.follow(version: lastVersion)
    var bare: [TransactionRow] = []
    for state in rows.states {
      switch state.header {
      case .present(let header): version.follow(header: header)
      case .absent where state.changes != nil && !state.isEmpty: bare.append(state.name)
      case .absent, .unknown: break
      }
    }
    if !bare.isEmpty { try await version.follow(cellsOf: bare, in: store) }
    return try version.next()
  }
}

/// A row's next version, from what it must be greater than.
struct RowVersion {
  private var last: Int64

  /// The wall clock, as far as it agrees.
  init(_ clock: any TimeSource) {
    last = max(0, clock.presentMicroseconds() - 1)
  }

  /// Follows the version in a header.
  mutating func follow(header: Bytes) {
    last = max(last, Int64(clamping: LockHeader(decoding: header)?.version ?? 0))
  }

  /// Follows another version.
  mutating func follow(version: Int64) { last = max(last, version) }

  /// Follows the cells of rows that have no header.
  ///
  /// One that holds cells all the same was written before its table took part in transactions. Its version counts as zero,
  /// but what is put must be newer than what it holds.
  mutating func follow<Store: AtomicBatchStore>(
    cellsOf names: [TransactionRow], in store: Store
  ) async throws(StoreError) {
    let present = try store.snapshot(.sequenced)
    for (table, rows) in names.byTable {
      for row in try await store.get(rows.map { Get($0) }, in: table, at: present) {
        for cell in row.map(Array.init) ?? [] { last = max(last, cell.timestamp.microseconds) }
      }
    }
  }

  /// Throws `invalidArgument` when there is no greater version.
  func next() throws(StoreError) -> Timestamp {
    if last < .max - 1 { return Timestamp(microseconds: last + 1) }
    throw StoreError(
      .invalidArgument,
      "a row has the greatest version there is, or a cell with the greatest timestamp")
  }
}

extension [TransactionRow] {
  /// The rows of each table, in the order in which the tables come first.
  var byTable: [(table: String, rows: [RowKey])] {
    var tables: [(table: String, rows: [RowKey])] = []
    for name in self {
      if let place = tables.lastIndex(where: { $0.table == name.table }) {
        tables[place].rows.append(name.row)
      } else {
        tables.append((name.table, [name.row]))
      }
    }
    return tables
  }
}
