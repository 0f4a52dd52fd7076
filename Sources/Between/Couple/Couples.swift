// SPDX-License-Identifier: Apache-2.0

public import Panjeon
public import PanjeonTransactions
public import WideColumn

/// Invitations and couples.
///
/// A user is in one couple at the most. Breaking up leaves everything where it is; for ``BetweenOptions/restorePeriod`` both together can take it back, and afterwards
/// ``purge(_:piecesMax:)`` deletes what they had.
public struct Couples<Store: AtomicBatchStore>: Sendable {
  let service: BetweenService<Store>

  /// Makes a code that invites the partner; a code the user had before is no good any more.
  ///
  /// Reads and writes the user's row, writes a row of `invitation` and that of the code before. Strictly serializable.
  ///
  /// - Parameter user: Who invites.
  /// - Returns: The code, good for ``BetweenOptions/invitationLifetime``.
  /// - Throws: `noSuchUser`, `accountClosed`, `alreadyPaired`; errors of the transaction.
  public func invite(by user: RandomID) async throws -> InvitationCode {
    try await service.write { try await invite(by: user, in: &$0) }
  }

  /// Makes a code, within a transaction; as ``invite(by:)``.
  public func invite(
    by user: RandomID, in transaction: inout Transaction<Store>
  ) async throws -> InvitationCode {
    var record = try await service.accounts.openUser(user, in: &transaction)
    guard record.relationshipID == nil else { throw Self.alreadyPaired(user) }
    try await deleteInvitation(of: record, in: &transaction)
    for _ in 0..<BetweenLimits.invitationCodesDrawnMax {
      let code = InvitationCode(bits: service.random.number())
      if try await transaction.contains(code.key) { continue }
      let now = service.now
      try await transaction.insert(
        Invitation(
          inviter: user, createdAt: now,
          expiresAt: now.advanced(by: service.options.invitationLifetime)), at: code.key)
      record.invitationCode = code.text
      try await transaction.put(record, at: Key(.user, user))
      return code
    }
    throw BetweenError(.tooMany, "no code was free")
  }

  /// Withdraws a user's invitation, if there is one.
  ///
  /// Reads and writes the user's row, writes that of the invitation. Strictly serializable.
  ///
  /// Throws `noSuchUser`; errors of the transaction.
  public func withdrawInvitation(of user: RandomID) async throws {
    try await service.write { transaction in
      var record = try await service.accounts.user(user, in: &transaction)
      guard record.invitationCode != nil else { return }
      try await deleteInvitation(of: record, in: &transaction)
      record.invitationCode = nil
      try await transaction.put(record, at: Key(.user, user))
    }
  }

  /// Makes a couple of who invites and who has the code, and notifies who invites; the code is used up.
  ///
  /// Reads and deletes the invitation's row; and as ``pair(_:_:as:in:)``. Strictly serializable: of two who have the code, one becomes the partner.
  ///
  /// - Parameters:
  ///   - code: The code.
  ///   - user: Who has been given it.
  /// - Returns: The couple's id.
  /// - Throws: `noSuchInvitation`, `invitationExpired`, and as ``pair(_:_:as:in:)``.
  public func accept(_ code: InvitationCode, by user: RandomID) async throws -> RandomID {
    let couple = service.random.randomID()
    return try await service.write { transaction in
      guard let invitation = try await transaction.get(code.key) else {
        throw BetweenError(.noSuchInvitation, "there is no invitation of this code")
      }
      guard service.now < invitation.expiresAt else {
        throw BetweenError(.invitationExpired, "the invitation has expired")
      }
      try await pair(invitation.inviter, user, as: couple, in: &transaction)
      try await service.notifications.notify(
        invitation.inviter, .paired, from: user, in: couple, &transaction)
      return couple
    }
  }

  /// Makes two users a couple, and deletes their invitations.
  ///
  /// Reads and writes both users' rows, writes the couple's and those of the invitations; each user gets an empty conversation. Isolation and durability are the transaction's.
  ///
  /// - Parameters:
  ///   - first: One user.
  ///   - second: The other.
  ///   - couple: The couple's id, a new random one.
  ///   - transaction: The transaction to do it in.
  /// - Throws: `sameUser`, `noSuchUser`, `accountClosed`, `alreadyPaired`; errors of the transaction.
  public func pair(
    _ first: RandomID, _ second: RandomID, as couple: RandomID,
    in transaction: inout Transaction<Store>
  ) async throws {
    guard first != second else {
      throw BetweenError(.sameUser, "a user cannot be a couple alone")
    }
    for (user, partner) in [(first, second), (second, first)] {
      var record = try await service.accounts.openUser(user, in: &transaction)
      guard record.relationshipID == nil else { throw Self.alreadyPaired(user) }
      try await deleteInvitation(of: record, in: &transaction)
      record.invitationCode = nil
      record.relationshipID = couple
      try await transaction.put(record, at: Key(.user, user))
      try await transaction.insert(
        Conversation(partner: partner), at: Key(Key(.user, user), .conversation, couple))
    }
    try await transaction.insert(
      Relationship(first: first, second: second, pairedAt: service.now),
      at: Key(.relationship, couple))
  }

  /// Reads a couple, whether or not it has broken up.
  ///
  /// One read, of the reader's moment. Who asks is not looked at (``requireMember(_:of:_:in:)``).
  ///
  /// Throws `notPaired` when there is none; errors of the reader.
  public func relationship(
    _ id: RandomID, in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> Relationship {
    guard let relationship = try await reader.get(Key(.relationship, id)) else {
      throw BetweenError(.notPaired, "there is no couple \(id)")
    }
    return relationship
  }

  /// Reads a couple for one of the two: who the partner is.
  ///
  /// One read of the couple's row. Throws `notPaired` when there is none, it has broken up, or the user is not in it; errors of the reader.
  func partner(
    of user: RandomID, in couple: RandomID, reader: inout some DatastoreReader & ~Copyable
  ) async throws -> RandomID {
    let relationship = try await requireMember(user, of: couple, in: &reader)
    return relationship.first == user ? relationship.second : relationship.first
  }

  func deleteInvitation(
    of user: User, in transaction: inout Transaction<Store>
  ) async throws {
    guard let code = user.invitationCode else { return }
    try await transaction.delete(Key(.invitation, code))
  }

  static func alreadyPaired(_ user: RandomID) -> BetweenError {
    BetweenError(.alreadyPaired, "\(user) is in a couple already")
  }
}
