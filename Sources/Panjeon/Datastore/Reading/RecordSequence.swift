// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions

/// Records that are read page by page from one snapshot.
public struct RecordSequence<Store: AtomicBatchStore, R: Record>: AsyncSequence, Sendable {
  /// A record with its key.
  public typealias Element = Entry<R>

  let datastore: Datastore<Store>
  let page: @Sendable (inout DatastoreSnapshot<Store>, PageCursor?) async throws -> Page<R>

  /// Begins the iteration.
  public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

  /// Takes the records one after another.
  public struct Iterator: AsyncIteratorProtocol {
    let sequence: RecordSequence
    private var snapshot: DatastoreSnapshot<Store>?
    private var entries: ArraySlice<Entry<R>> = []
    private var cursor: PageCursor?
    private var isAtEnd = false

    init(sequence: RecordSequence) { self.sequence = sequence }

    /// Returns the next record, or nil after the last.
    ///
    /// Throws as the read of a page.
    public mutating func next() async throws -> Entry<R>? {
      while entries.isEmpty, !isAtEnd {
        var snapshot = try self.snapshot ?? sequence.datastore.snapshot()
        let page = try await sequence.page(&snapshot, cursor)
        self.snapshot = snapshot
        entries = page.entries[...]
        cursor = page.next
        isAtEnd = page.next == nil
      }
      return entries.popFirst()
    }
  }
}
