// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Datastore {
  /// Deletes large values that no record refers to: put and never referred to, or of records that are gone.
  ///
  /// **A datastore has one blob store**: in another one its values are not. A crash leaves values that are deleted the next time, and so does an error, after which the others
  /// are tried all the same. The bytes of each are deleted twice, the second time as much later again, for whoever was
  /// still putting them.
  ///
  /// - Parameters:
  ///   - blobs: Where they are.
  ///   - age: For how long nobody must have referred to them; by default 24 hours. Whoever puts a value has so long to write the record, and whoever has read a record
  ///     to fetch its value.
  ///   - countMax: How many to delete at the most; by default 10,000.
  /// - Returns: How many were deleted.
  /// - Throws: Errors of transactions; when all have been tried, the first error of the blob store.
  @discardableResult
  public func collectBlobs(
    in blobs: some BlobStore, olderThan age: Duration = .seconds(86_400), countMax: Int = 10_000
  ) async throws -> Int {
    var deleted = 0
    var failure: (any Error)?
    let age = max(age, .zero)
    var rows = BlobTable.queue(until: state.now - age.microseconds)
    while deleted < countMax, !rows.isEmpty, !rows.isInverted {
      let found = try await withSnapshot { [rows] snapshot in
        try await snapshot.rows(Scan(rows), in: BlobTable.name, limit: 100)
      }
      guard let last = found.last?.row else { break }
      for key in found.compactMap({ BlobTable.key(ofQueued: $0.row) }) where deleted < countMax {
        do {
          if try await collect(key, in: blobs, age) { deleted += 1 }
        } catch let error as BlobError {
          failure = failure ?? error
        }
      }
      rows.start = last.successor
    }
    if let failure { throw failure }
    return deleted
  }

  /// Deletes a value unless something has become of it; whether it was deleted for the first time.
  private func collect(
    _ key: BlobKey, in blobs: some BlobStore, _ age: Duration
  ) async throws -> Bool {
    let now = state.now
    let phase = try await withTransaction { transaction -> BlobState.Phase? in
      let was = try await transaction.blobState(key)
      guard let was, was.phase != .referenced, was.since < state.now - age.microseconds else {
        return nil
      }
      // No record can refer to it any more, so that its bytes may go; and no other collector comes for as long again.
      try transaction.setBlobState(key, BlobState(.deleted, since: now), was: was)
      return was.phase
    }
    guard let phase else { return false }
    try await blobs.delete(key)
    if phase != .deleted { return true }
    try await withTransaction { transaction in
      let was = try await transaction.blobState(key)
      if was?.phase == .deleted, was?.since == now {
        try transaction.setBlobState(key, nil, was: was)
      }
    }
    return false
  }

  /// Looks at every value of a blob store, and has those collected, in their time, that the database does not know.
  ///
  /// There are none but after a restore of the database to an earlier day, or when bytes were put by other means. Reads the keys of the whole store.
  ///
  /// Records that hold values without listing them in ``Record/blobs`` lose them so.
  ///
  /// - Parameter blobs: The store, which must be this database's alone.
  /// - Returns: How many were found.
  /// - Throws: Errors of the blob store and of the database.
  @discardableResult
  public func sweepBlobs(in blobs: some BlobStore) async throws -> Int {
    var found = 0
    var after: BlobKey?
    while true {
      let page = try await blobs.keys(after: after, countMax: BlobPage.countMax)
      // Looked up after they were listed: what is put is known before.
      let states = try await withSnapshot { snapshot in
        try await snapshot.storedValues(page.keys.map(BlobTable.state(of:)))
      }
      for (key, state) in zip(page.keys, states) where state == nil {
        try await withTransaction { transaction in
          if try await transaction.blobState(key) != nil { return }
          try transaction.setBlobState(
            key, BlobState(.released, since: self.state.now), was: nil)
        }
        found += 1
      }
      guard let next = page.next else { return found }
      after = next
    }
  }
}
