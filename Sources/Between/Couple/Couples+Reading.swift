// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

/// How far a couple has to be one, for a user to see what is shared in it.
public enum CoupleStanding: Hashable, Sendable {
  /// They are a couple now.
  case active
  /// They are a couple, or have broken up and can still be restored.
  case restorable
}

extension Couples {
  /// Sees to it that a user is in a couple: what a server asks before it shows what the couple shares, in the snapshot it reads that from.
  ///
  /// ```swift
  /// let page = try await between.read { reader in
  ///   try await between.couples.requireMember(user, of: couple, in: &reader)
  ///   return try await between.photos.photos(of: couple, limit: 20, in: &reader)
  /// }
  /// ```
  ///
  /// One read of the couple's row, of the reader's moment.
  ///
  /// - Parameters:
  ///   - user: Who asks.
  ///   - couple: What for.
  ///   - standing: How far the two have to be a couple; by default now.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The couple.
  /// - Throws: `notPaired` when there is none, the user is not in it, or it has not that standing; errors of the reader.
  @discardableResult
  public func requireMember(
    _ user: RandomID, of couple: RandomID, _ standing: CoupleStanding = .active,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Relationship {
    let relationship = try await relationship(couple, in: &reader)
    guard relationship.partner(of: user) != nil,
      relationship.isActive || (standing == .restorable && isRestorable(relationship))
    else { throw BetweenError(.notPaired, "\(user) is not in the couple \(couple) now") }
    return relationship
  }

  /// Whether a couple that has broken up could be restored now.
  func isRestorable(_ relationship: Relationship) -> Bool {
    guard let brokenAt = relationship.brokenAt, relationship.isPurging != true else { return false }
    return service.now < brokenAt.advanced(by: service.options.restorePeriod)
  }

  /// Reads a page of the couples that a user is or has been in and that have not been purged: the user's side of each conversation, whose key's id is the couple's.
  ///
  /// The couple the user is in now is `User.relationshipID`. One read of the user's row, of the reader's moment.
  ///
  /// - Parameters:
  ///   - user: The user.
  ///   - limit: How many at the most, 1 to 1,000.
  ///   - cursor: Where the page before ended; nil for the first.
  ///   - reader: A transaction or a snapshot.
  /// - Returns: The heads, in the order of the couples' ids; none for a user that is not there.
  /// - Throws: `DatastoreError` `invalidCursor`; errors of the reader.
  public func conversations(
    of user: RandomID, limit: Int, after cursor: PageCursor? = nil,
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Page<Conversation> {
    try await reader.children(
      .conversation, of: Key(.user, user), limit: BetweenLimits.page(limit), after: cursor)
  }

  /// Says which day is the couple's first, from which they count; either of the two may.
  ///
  /// Reads and writes the couple's row. Strictly serializable.
  ///
  /// - Parameters:
  ///   - date: The day, also one to come; nil: none.
  ///   - user: Who says so.
  /// - Throws: `noSuchUser`, `notPaired`; errors of the transaction.
  public func setFirstDay(_ date: CivilDate?, by user: RandomID) async throws {
    try await service.write { transaction in
      let couple = try await couple(of: user, in: &transaction)
      var relationship = try await relationship(couple, in: &transaction)
      relationship.firstDay = date
      try await transaction.put(relationship, at: Key(.relationship, couple))
    }
  }

  /// The couple that a user is in; throws `noSuchUser`, `notPaired`.
  func couple(
    of user: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> RandomID {
    guard let couple = try await service.accounts.user(user, in: &reader).relationshipID else {
      throw BetweenError(.notPaired, "\(user) is in no couple")
    }
    return couple
  }
}
