// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTransactions
public import WideColumn

/// The rows of a scan, of one moment: the beginning of the iteration.
public struct RowSequence: AsyncSequence, Sendable {
  /// A row.
  public typealias Element = RowResult

  /// What the iteration can throw.
  public typealias Failure = StoreError

  let transactions: TransactionManager<EmbeddedStore>
  let scan: Scan
  let table: String

  /// Begins the iteration.
  public func makeAsyncIterator() -> Iterator {
    Iterator(sequence: self)
  }

  /// Takes the rows one after another.
  public struct Iterator: AsyncIteratorProtocol {
    let sequence: RowSequence
    private var cursor: SnapshotCursor<EmbeddedStore>?

    init(sequence: RowSequence) {
      self.sequence = sequence
    }

    /// Returns the next row, or nil after the last.
    ///
    /// Throws errors of the store.
    public mutating func next() async throws(StoreError) -> RowResult? {
      if cursor == nil {
        cursor = try await sequence.transactions.snapshot().scan(
          sequence.scan, in: sequence.table)
      }
      return try await cursor?.next()
    }

    /// Returns the next row, or nil after the last.
    ///
    /// Throws errors of the store.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(StoreError) -> RowResult? {
      try await next()
    }
  }
}
