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
      guard let was = try await blobState(blob), was.isReferenced(by: key) else { continue }
      try setBlobState(blob, was.released(by: key, since: state.now), was: was)
    }
    for blob in after.subtracting(before).sorted() {
      guard let was = try await blobState(blob), was.phase != .deleted else {
        throw DatastoreError(
          .blobGone,
          "the blob \(blob) was not put by Datastore.putBlob, or too long ago: put it again",
          key: key)
      }
      if was.isReferenced(by: key) { continue }
      guard was.owners.count < BlobState.ownersMax else {
        throw DatastoreError(
          .blobTaken, "\(BlobState.ownersMax) records refer to the blob \(blob) already",
          key: was.owners[0].key)
      }
      try setBlobState(blob, was.referenced(by: key, since: state.now), was: was)
    }
  }
}
