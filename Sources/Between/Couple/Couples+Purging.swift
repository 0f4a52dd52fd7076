// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension Couples {
  /// Deletes for good what a couple had, once it cannot be restored any more: both conversations, all below the couple, the bytes of photos and voices.
  ///
  /// In transactions of ``BetweenOptions/objectsPerPiece`` objects; the first makes sure that it is not restored meanwhile, the last deletes the couple's own record. Cut off, it is
  /// to be called again, and goes on. Bytes are deleted after the commit that deletes the last record that names them, so that a crash in between may leave some that nobody names,
  /// and never a record without its bytes.
  ///
  /// - Parameter couple: The couple; one that is not there is purged already.
  /// - Returns: How many records were deleted.
  /// - Throws: `restorePeriodNotOver`, also for a couple that has not broken up; errors of transactions, `BlobError`.
  @discardableResult
  public func purge(_ couple: RandomID) async throws -> Int {
    guard let (relationship, copies) = try await beginPurge(couple) else { return 0 }
    try await service.free(copies)
    var deleted = 0
    for (user, partner) in [
      (relationship.first, relationship.second), (relationship.second, relationship.first),
    ] {
      let key = Key(Key(.user, user), .conversation, couple)
      while true {
        let (count, unnamed) = try await service.writeToDisk { transaction in
          try await service.messaging.deletePiece(
            of: key, partner: partner, limit: service.options.objectsPerPiece, in: &transaction)
        }
        try await service.free(unnamed)
        deleted += count
        if count == 0 { break }
      }
      deleted += try await service.datastore.deleteSubtree(key)
    }
    deleted += try await purgePhotos(of: couple)
    deleted += try await service.datastore.deleteSubtree(Key(.relationship, couple))
    return deleted
  }

  /// Deletes a couple's photos, and their bytes.
  private func purgePhotos(of couple: RandomID) async throws -> Int {
    var deleted = 0
    while true {
      let unnamed = try await service.writeToDisk { transaction in
        let page = try await transaction.children(
          .photo, of: Key(.relationship, couple), limit: Self.photosPerPiece)
        for entry in page.entries {
          guard let id: UInt64 = entry.key.id() else { continue }
          _ = try await service.photos.delete(id, of: couple, in: &transaction)
        }
        return page.entries.map(\.record.blob)
      }
      try await service.free(unnamed)
      deleted += unnamed.count
      if unnamed.isEmpty { return deleted }
    }
  }

  /// How many photos, each with all its comments, a transaction of a purge deletes.
  private static var photosPerPiece: Int { 16 }

  /// Marks a couple as being purged, and has its users forget it, with their notifications of it and their copies.
  private func beginPurge(
    _ couple: RandomID
  ) async throws -> (relationship: Relationship, copies: [Blob])? {
    try await service.writeToDisk { transaction in
      guard var relationship = try await transaction.get(Key(.relationship, couple)) else {
        return nil
      }
      guard let brokenAt = relationship.brokenAt,
        service.now >= brokenAt.advanced(by: service.options.restorePeriod)
      else {
        throw BetweenError(.restorePeriodNotOver, "the couple \(couple) can still be restored")
      }
      relationship.isPurging = true
      var copies: [Blob] = []
      for id in [relationship.first, relationship.second] {
        try await service.notifications.deleteAll(of: id, about: couple, in: &transaction)
        copies += try await service.backups.deleteAll(of: id, about: couple, in: &transaction)
        guard var user = try await transaction.get(Key(.user, id)),
          user.formerRelationshipID == couple
        else { continue }
        user.formerRelationshipID = nil
        try await transaction.put(user, at: Key(.user, id))
      }
      try await transaction.put(relationship, at: Key(.relationship, couple))
      return (relationship, copies)
    }
  }
}
