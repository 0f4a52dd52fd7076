// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The version that a commit gives to the rows it writes.
extension Transaction {
  /// Greater than the version of every row touched, and the wall clock if it agrees.
  ///
  /// Throws `invalidArgument` when there is no greater version; errors of the store.
  func nextVersion(_ clock: any TimeSource) async throws -> Timestamp {
    var version = RowVersion(clock)
    for state in rows.states {
      switch state.header {
      case .present(let header): version.follow(header: header)
      case .absent where state.changes != nil && !state.isEmpty:
        try await version.follow(cellsOf: state.name, in: store)
      case .absent, .unknown: break
      }
    }
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

  /// Follows the cells of a row that has no header.
  ///
  /// One that holds cells all the same was written before its table took part in transactions. Its version counts as zero,
  /// but what is put must be newer than what it holds.
  mutating func follow<Store: AtomicBatchStore>(
    cellsOf name: TransactionRow, in store: Store
  ) async throws(StoreError) {
    let present = try store.snapshot(.sequenced)
    let row = try await store.get(Get(name.row), in: name.table, at: present)
    for cell in row.map(Array.init) ?? [] { last = max(last, cell.timestamp.microseconds) }
  }

  /// Throws `invalidArgument` when there is no greater version.
  func next() throws(StoreError) -> Timestamp {
    if last < .max - 1 { return Timestamp(microseconds: last + 1) }
    throw StoreError(
      .invalidArgument,
      "a row has the greatest version there is, or a cell with the greatest timestamp")
  }
}
