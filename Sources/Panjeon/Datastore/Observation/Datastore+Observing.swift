// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Datastore {
  /// What is committed to an object, from now on or from where one left off.
  ///
  /// - Parameters:
  ///   - key: The object.
  ///   - sequence: Of the last changes that were dealt with; nil: what is committed from the beginning of the iteration on.
  /// - Returns: The changes, without end: the iteration waits for more until its task is cancelled, and ends then. It throws `sequenceTooOld`, and as the read of
  ///   a snapshot.
  public func changes<R: Record>(
    to key: Key<R>, since sequence: ChangeSequence? = nil
  ) -> ChangesSequence<Store, R> {
    ChangesSequence(
      datastore: self, table: key.any.table, row: key.any.row,
      range: .single(key.any.qualifier), since: sequence)
  }

  /// What is committed to the children of a type under a parent, from now on or from where one left off.
  ///
  /// Changes of one commit come together, commits in their order. Each object's latest state is told, but when the observer lags not every state in between. Where only other
  /// things in the row have changed for long, changes without any say how far it has come (``DatastoreOptions/observersAdvance``).
  /// As ``changes(to:since:)``; the article <doc:TypedRecords> tells how.
  public func changes<R: Record, Parent>(
    to type: ObjectType<R>, of parent: Key<Parent>, since sequence: ChangeSequence? = nil
  ) -> ChangesSequence<Store, R> {
    let collection = CollectionKey(parent: parent.any, typeNumber: type.number)
    return ChangesSequence(
      datastore: self, table: collection.table, row: collection.row, range: collection.members,
      since: sequence)
  }
}

/// What is committed to some objects, in order.
public struct ChangesSequence<Store: AtomicBatchStore, R: Record>: AsyncSequence, Sendable {
  /// What one commit has changed.
  public typealias Element = CommittedChanges<R>

  let datastore: Datastore<Store>
  let table: String
  let row: RowKey
  let range: KeyRange
  let since: ChangeSequence?

  /// The place of a version in this life of the store.
  func place(_ version: Timestamp) -> ChangeSequence {
    ChangeSequence(version: version, life: datastore.transactions.store.incarnation.nonce)
  }

  /// Begins the observation: what is committed after the first call of `next` has begun is seen.
  public func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// Takes the changes one commit after another.
  public final class Iterator: AsyncIteratorProtocol {
    let sequence: ChangesSequence
    private let observer: Observer
    private var last: ChangeSequence?
    private var looked: Int64?
    /// When the observer was last told how far it has come.
    private var told: Int64
    private var ahead: ArraySlice<CommittedChanges<R>> = []

    init(_ sequence: ChangesSequence) {
      self.sequence = sequence
      observer = Observer(table: sequence.table, row: sequence.row, range: sequence.range)
      told = sequence.datastore.state.now
      sequence.datastore.state.observers.add(observer)
    }

    deinit { sequence.datastore.state.observers.remove(observer) }

    /// Returns what the next commit has changed; nil when the task is cancelled.
    ///
    /// Throws `sequenceTooOld`, and as the read of a snapshot.
    public func next() async throws -> CommittedChanges<R>? {
      if last == nil { try await begin() }
      while ahead.isEmpty {
        if Task.isCancelled { return nil }
        if observer.takeMark() { try await look() }
        if ahead.isEmpty { await waitForMark() }
      }
      let changes = ahead.removeFirst()
      last = changes.sequence
      told = sequence.datastore.state.now
      return changes
    }

    private func begin() async throws {
      let version = try await sequence.datastore.withSnapshot { [sequence] snapshot in
        try await snapshot.snapshot.version(of: sequence.row, in: sequence.table)
      }
      let present = sequence.place(version ?? ChangeSequence.beginning.version)
      guard let since = sequence.since else {
        last = present
        return
      }
      guard since.life == 0 || present.life == 0 || since.life == present.life else {
        throw DatastoreError(
          .sequenceTooOld, "the store was restored: what is kept of its other life may be gone")
      }
      // Of a row that a commit holds, the version is one below what has been told of it, perhaps.
      if since.version.microseconds > present.version.microseconds + 1 {
        throw DatastoreError(
          .sequenceTooOld,
          "the row has never come so far: it was restored, or the sequence is another row's")
      }
      if since < present, since != .beginning { try requireKept(since.version.microseconds) }
      last = since
    }

    /// Throws `sequenceTooOld` when deletions since a time may have been forgotten.
    private func requireKept(_ microseconds: Int64) throws(DatastoreError) {
      if sequence.datastore.state.knowsDeletions(since: microseconds) { return }
      throw DatastoreError(
        .sequenceTooOld,
        "deletions are remembered for \(sequence.datastore.state.options.deletionsKept), or were for less; read everything"
      )
    }

    /// Waits until something is marked, or for as long as an observer waits before it looks by itself.
    private func waitForMark() async {
      let pause = sequence.datastore.state.options.observersLook
      let clock = sequence.datastore.transactions.timeSource
      await withTaskGroup(of: Void.self) { group in
        group.addTask { [observer] in await observer.wait() }
        group.addTask { [observer] in
          // Cancelled when the other one is done.
          guard (try? await clock.sleep(for: pause)) != nil else { return }
          observer.mark()
        }
        await group.next()
        group.cancelAll()
      }
    }

    private func look() async throws {
      guard let last else { return }
      if let looked { try requireKept(Swift.max(looked, last.version.microseconds)) }
      let moment = sequence.datastore.state.now
      // Run again where others overtake it, over a store without snapshots.
      let (version, read) = try await sequence.datastore.withSnapshot { [sequence] snapshot in
        let version = try await snapshot.snapshot.version(of: sequence.row, in: sequence.table)
        guard let version, version > last.version else { return (version, ObservedCells?.none) }
        return (version, try await sequence.readNewer(since: last, snapshot))
      }
      guard let version, var cells = read else {
        looked = moment
        return
      }
      // Again, for what has been forgotten while it was read.
      if let looked { try requireKept(Swift.max(looked, last.version.microseconds)) }
      let found = cells.sorted()
      // What was left out is looked at when the rest has been dealt with.
      if cells.isCut { observer.mark() } else { looked = moment }
      ahead = try committed(found)[...]
      if !ahead.isEmpty { return }
      let reached = sequence.place(version)
      self.last = reached
      let pause = sequence.datastore.state.options.observersAdvance.microseconds
      if moment - told >= pause { ahead = [CommittedChanges(changes: [], sequence: reached)] }
    }
  }
}

extension Datastore {
  /// How many observe.
  package var observerCount: Int { state.observers.count }

}

extension Duration {
  /// Whole microseconds, as many as 64 bits hold.
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflows ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000_000).0
  }
}
