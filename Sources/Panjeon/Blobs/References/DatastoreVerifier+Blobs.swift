// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension DatastoreVerifier {
  /// Looks whether what an object refers to is kept for it.
  mutating func lookAtReferences(of key: AnyKey, to blobs: [Blob]) async throws {
    if blobs.isEmpty { return }
    let places = blobs.map { BlobTable.state(of: $0.key) }
    for (blob, stored) in zip(blobs, try await snapshot.storedValues(places)) {
      let state = BlobState(stored: stored)
      if state?.phase != .referenced || state?.isReferenced(by: key) != true {
        report.note(.missingReference, key, "the blob \(blob.key) is not kept for it")
      }
    }
  }

  /// Goes through what is known of large values.
  mutating func verifyReferences() async throws {
    var cursor = try await snapshot.snapshot.scan(
      Scan(columns: .data(.all), cellsPerBatchMax: 256), in: BlobTable.name)
    while let row = try await cursor.next() {
      for cell in row {
        let place = AnyKey(
          table: BlobTable.name, row: row.row, qualifier: cell.column.qualifier)
        if let key = BlobTable.key(ofState: row.row) {
          try await lookAtState(of: key, cell.value, place)
        } else if let key = BlobTable.key(ofQueued: row.row) {
          try await lookAtQueued(key, place)
        } else {
          report.note(.strayObject, place, "the row is none of a large value")
        }
      }
    }
  }

  private mutating func lookAtState(
    of key: BlobKey, _ stored: Bytes, _ place: AnyKey
  ) async throws {
    guard let state = BlobState(stored: stored) else {
      return report.note(.malformed, place, "it is no state of a large value")
    }
    guard state.phase == .referenced else {
      let queued = try await snapshot.storedValues([BlobTable.queue(key, since: state.since)])
      if queued[0] == nil || !state.owners.isEmpty {
        report.note(.strayReference, place, "the blob \(key) is not queued to be collected")
      }
      return
    }
    if state.owners.isEmpty {
      report.note(.strayReference, place, "nobody refers to the blob \(key)")
    }
    let objects = try await snapshot.storedValues(state.owners.map(\.key))
    for (owner, stored) in zip(state.owners, objects) {
      // One of a newer program, or one that cannot be read, is found where it is.
      guard let node = self.state.schema.node(of: owner.key) else { continue }
      let blobs = stored.map {
        (try? node.operations.blobs(ofStored: $0, at: owner.key))?.map(\.key) ?? [key]
      }
      if blobs?.contains(key) != true {
        report.note(
          .strayReference, place, "\(owner.key) does not refer to the blob \(key)")
      }
    }
  }

  private mutating func lookAtQueued(_ key: BlobKey, _ place: AnyKey) async throws {
    let stored = try await snapshot.storedValues([BlobTable.state(of: key)])[0]
    guard let state = BlobState(stored: stored), state.phase != .referenced,
      BlobTable.queue(key, since: state.since) == place
    else {
      return report.note(.strayReference, place, "the blob \(key) is not waiting")
    }
  }
}
