// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension Transaction {
  /// What is known of a large value.
  mutating func blobState(_ key: BlobKey) async throws -> BlobState? {
    let place = BlobTable.state(of: key)
    guard let stored = try await storedValues([place])[0] else { return nil }
    return try Stored.decode(BlobState.self, from: stored, at: place)
  }

  /// Gives a large value another state, and its place in the queue.
  mutating func setBlobState(_ key: BlobKey, _ state: BlobState?, was: BlobState?) throws {
    if let was, was.phase != .referenced { try deleteCell(BlobTable.queue(key, since: was.since)) }
    guard let state else { return try deleteCell(BlobTable.state(of: key)) }
    try putEntry(try RecordEncoder().encode(state), at: BlobTable.state(of: key))
    if state.phase != .referenced {
      try putEntry(Bytes(), at: BlobTable.queue(key, since: state.since))
    }
  }

  private mutating func deleteCell(_ place: AnyKey) throws {
    var mutations = RowMutations(place.row)
    mutations.delete(place.qualifier)
    try mutate(mutations, in: place.table)
  }

  /// Notes which large values a record refers to from now on, and which no more.
  ///
  /// Throws `blobGone`, `blobTaken`.
  mutating func refer(
    to new: [Blob], insteadOf old: [Blob], from key: AnyKey, _ state: DatastoreState
  ) async throws {
    let (before, after) = (Set(old.map(\.key)), Set(new.map(\.key)))
    for blob in before.subtracting(after).sorted() {
      let was = try await blobState(blob)
      guard was?.owner?.key == key else { continue }
      try setBlobState(blob, BlobState(phase: .released, since: state.now, owner: nil), was: was)
    }
    for blob in after.subtracting(before).sorted() {
      let was = try await blobState(blob)
      switch was?.phase {
      case .pending, .released:
        let owner = BlobState.Owner(key)
        try setBlobState(
          blob, BlobState(phase: .referenced, since: state.now, owner: owner), was: was)
      case .referenced:
        if was?.owner?.key == key { continue }
        throw DatastoreError(
          .blobTaken, "another record refers to the blob \(blob)", key: was?.owner?.key)
      case .deleted, nil:
        throw DatastoreError(
          .blobGone,
          "the blob \(blob) was not put by Datastore.putBlob, or too long ago: put it again",
          key: key)
      }
    }
  }
}
