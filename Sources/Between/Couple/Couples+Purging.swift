// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// How far a purge has come.
public struct PurgeProgress: Hashable, Sendable {
  /// How many records were deleted.
  public var deleted = 0
  /// Whether nothing of the couple is left.
  public var isDone = false

  /// Nothing yet.
  public init() {}
}

extension Couples {
  /// Deletes for good what a couple had, once it cannot be restored any more: both conversations, all below the couple, notifications and back-ups of it; the bytes of photos and voices are collected later.
  ///
  /// In pieces, a strictly serializable transaction each, of ``BetweenOptions/objectsPerPiece`` objects and some megabytes of records at the most. The first marks the couple as being purged, so that
  /// nothing is added to it and it is not restored; the last deletes the couple's own record and the heads of the conversations. What is left after each is sound, so that a purge that was cut off is to
  /// be called again and goes on, by whomever; two at once do no harm.
  ///
  /// - Parameters:
  ///   - couple: The couple; one that is not there is purged already.
  ///   - piecesMax: How many transactions to do at the most; all by default.
  /// - Returns: How far it has come.
  /// - Throws: `restorePeriodNotOver`, also for a couple that has not broken up; errors of transactions.
  @discardableResult
  public func purge(
    _ couple: RandomID, piecesMax: Int = .max
  ) async throws -> PurgeProgress {
    var progress = PurgeProgress()
    var pieces = 0
    while pieces < piecesMax, !progress.isDone {
      let piece = try await service.write { try await purgePiece(of: couple, in: &$0) }
      progress.deleted += piece.deleted
      progress.isDone = piece.isLast
      pieces += 1
    }
    return progress
  }

  /// Reads a page of the couples that are to be purged: those that can be restored no more, the ones that broke up first before.
  ///
  /// A scan of `purge_due`, of the reader's moment, and a read of each couple's row.
  ///
  /// - Parameters:
  ///   - limit: How many at the most, 1 to 1,000.
  ///   - cursor: Where the page before ended; nil for the first.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The couples, those whose purge has begun too.
  /// - Throws: `DatastoreError` `invalidCursor`; errors of the reader.
  public func due(
    limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Relationship> {
    let latest = service.now.advanced(by: .zero - service.options.restorePeriod)
    return try await reader.find(
      Relationship.broken, in: .through(latest), limit: BetweenLimits.page(limit), after: cursor)
  }

  /// Purges the couples that are to be purged, the ones that broke up first before: for a worker, to be called now and then, by any number at once.
  ///
  /// Finds them at snapshots, and goes on with the next where one cannot be purged. Cut off, it is to be called again.
  ///
  /// - Parameter limit: How many couples to purge at the most, 1 to 1,000.
  /// - Returns: How many were purged.
  /// - Throws: Errors of the store; in the end, when there were no others left, the first error of a couple that could not be purged, as ``purge(_:piecesMax:)``.
  @discardableResult
  public func purgeDue(limit: Int) async throws -> Int {
    let limit = BetweenLimits.page(limit)
    var (purged, cursor, failure) = (0, PageCursor?.none, (any Error)?.none)
    repeat {
      let page = try await service.read { [cursor] reader in
        try await due(limit: limit, after: cursor, in: &reader)
      }
      for entry in page.entries {
        guard let couple: RandomID = entry.key.id() else { continue }
        try Task.checkCancellation()
        do {
          purged += try await purge(couple).isDone ? 1 : 0
          if purged == limit { return purged }
        } catch {
          failure = failure ?? error
        }
      }
      cursor = page.next
    } while cursor != nil
    if let failure { throw failure }
    return purged
  }
}

// MARK: - Pieces

/// What one transaction of a purge has done.
private struct PurgePiece: Sendable {
  var deleted = 0
  var isLast = false
}

extension Couples {
  /// Deletes the next piece of a couple, whatever the ones before have left.
  private func purgePiece(
    of couple: RandomID, in transaction: inout Transaction<Store>
  ) async throws -> PurgePiece {
    let key = Key(.relationship, couple)
    guard let relationship = try await transaction.get(key) else {
      return PurgePiece(isLast: true)
    }
    if relationship.isPurging != true {
      return try await beginPurge(of: couple, relationship, in: &transaction)
    }
    let heads = [relationship.first, relationship.second].map { user in
      Key(Key(.user, user), .conversation, couple)
    }
    for place in heads.map(\.any) + [key.any] {
      let piece = try await transaction.deleteDescendants(
        of: place, objectsMax: service.options.objectsPerPiece)
      // One that has only forgotten collections that were empty already deletes nothing, and is not the last.
      if piece.deleted > 0 || !piece.isAll { return PurgePiece(deleted: piece.deleted) }
    }
    // What a newer program has put there, or an import brought along.
    let isClear = try await transaction.clearRow(
      of: key.any, cellsMax: service.options.objectsPerPiece)
    if !isClear { return PurgePiece() }
    var last = PurgePiece(deleted: 1, isLast: true)
    for head in heads where try await transaction.delete(head) { last.deleted += 1 }
    try await transaction.delete(key)
    return last
  }

  /// Marks a couple as being purged, and has its users forget it, with their notifications of it and their copies.
  private func beginPurge(
    of couple: RandomID, _ relationship: Relationship, in transaction: inout Transaction<Store>
  ) async throws -> PurgePiece {
    guard !relationship.isActive, !isRestorable(relationship) else {
      throw BetweenError(.restorePeriodNotOver, "the couple \(couple) can still be restored")
    }
    var marked = relationship
    marked.isPurging = true
    marked.restoreAskedBy = nil
    try await transaction.put(marked, at: Key(.relationship, couple))
    var piece = PurgePiece()
    for id in [relationship.first, relationship.second] {
      piece.deleted += try await service.notifications.deleteAll(
        of: id, about: couple, in: &transaction)
      piece.deleted += try await service.backups.deleteAll(
        of: id, about: couple, in: &transaction)
      guard var user = try await transaction.get(Key(.user, id)),
        user.formerRelationshipID == couple
      else { continue }
      user.formerRelationshipID = nil
      try await transaction.put(user, at: Key(.user, id))
    }
    return piece
  }
}
