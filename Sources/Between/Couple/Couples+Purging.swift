// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension Couples {
  /// Deletes for good what a couple had, once it cannot be restored any more: both conversations and all below the couple; the bytes of photos and voices are collected later.
  ///
  /// In transactions of as many objects as `DatastoreOptions.objectsPerPiece` says; the first makes sure that it is not restored meanwhile, the last deletes the couple's own record. Cut off, it is
  /// to be called again, and goes on.
  ///
  /// - Parameter couple: The couple; one that is not there is purged already.
  /// - Returns: How many records were deleted.
  /// - Throws: `restorePeriodNotOver`, also for a couple that has not broken up; errors of transactions.
  @discardableResult
  public func purge(_ couple: RandomID) async throws -> Int {
    guard let relationship = try await beginPurge(couple) else { return 0 }
    var deleted = 0
    for user in [relationship.first, relationship.second] {
      deleted += try await service.datastore.deleteSubtree(
        Key(Key(.user, user), .conversation, couple))
    }
    return deleted + (try await service.datastore.deleteSubtree(Key(.relationship, couple)))
  }

  /// Marks a couple as being purged, and has its users forget it, with their notifications of it and their copies.
  private func beginPurge(_ couple: RandomID) async throws -> Relationship? {
    try await service.write { transaction in
      guard var relationship = try await transaction.get(Key(.relationship, couple)) else {
        return nil
      }
      guard let brokenAt = relationship.brokenAt,
        service.now >= brokenAt.advanced(by: service.options.restorePeriod)
      else {
        throw BetweenError(.restorePeriodNotOver, "the couple \(couple) can still be restored")
      }
      relationship.isPurging = true
      for id in [relationship.first, relationship.second] {
        try await service.notifications.deleteAll(of: id, about: couple, in: &transaction)
        try await service.backups.deleteAll(of: id, about: couple, in: &transaction)
        guard var user = try await transaction.get(Key(.user, id)),
          user.formerRelationshipID == couple
        else { continue }
        user.formerRelationshipID = nil
        try await transaction.put(user, at: Key(.user, id))
      }
      try await transaction.put(relationship, at: Key(.relationship, couple))
      return relationship
    }
  }
}
