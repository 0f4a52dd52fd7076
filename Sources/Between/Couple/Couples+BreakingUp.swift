// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension Couples {
  /// What asking for a restoration has come to.
  public enum Restoration: Hashable, Sendable {
    /// The other has to ask for it too.
    case awaitsPartner
    /// They are a couple again.
    case restored
  }

  /// Ends a couple, and notifies the partner: neither of the two can write to the other any more; all they had stays.
  ///
  /// Reads and writes both users' rows and the couple's, writes one of `purge_due`. Strictly serializable.
  ///
  /// - Parameter user: Who breaks up; no consent is needed.
  /// - Returns: The couple that has ended.
  /// - Throws: `noSuchUser`, `notPaired`; errors of the transaction.
  @discardableResult
  public func breakUp(by user: RandomID) async throws -> RandomID {
    try await service.write { transaction in
      let couple = try await couple(of: user, in: &transaction)
      var relationship = try await self.relationship(couple, in: &transaction)
      relationship.brokenAt = service.now
      relationship.brokenBy = user
      for id in [relationship.first, relationship.second] {
        var member = try await service.accounts.user(id, in: &transaction)
        member.relationshipID = nil
        member.formerRelationshipID = couple
        try await transaction.put(member, at: Key(.user, id))
      }
      try await transaction.put(relationship, at: Key(.relationship, couple))
      if let partner = relationship.partner(of: user) {
        try await service.notifications.notify(
          partner, .brokeUp, from: user, in: couple, &transaction)
      }
      return couple
    }
  }

  /// Asks for the couple that has broken up last to be restored, and notifies the partner: done when both have asked.
  ///
  /// Reads both users' rows and the couple's and writes the couple's and the partner's; both users' once it is done. Strictly serializable.
  ///
  /// - Parameter user: Who asks; asking twice is as asking once.
  /// - Returns: Whether they are a couple again.
  /// - Throws: `noSuchUser`, `accountClosed`; `notRestorable` when there is none, or the partner has had another one since or has closed the account; `alreadyPaired` when one of the two is in a couple;
  ///   `restorePeriodOver`; errors of the transaction.
  public func restore(by user: RandomID) async throws -> Restoration {
    try await service.write { transaction in
      let record = try await service.accounts.openUser(user, in: &transaction)
      guard record.relationshipID == nil else { throw Self.alreadyPaired(user) }
      guard let couple = record.formerRelationshipID,
        var relationship = try await transaction.get(Key(.relationship, couple)),
        let partner = relationship.partner(of: user)
      else {
        throw BetweenError(.notRestorable, "\(user) has no couple that can be restored")
      }
      guard isRestorable(relationship) else {
        throw BetweenError(.restorePeriodOver, "it is too late to restore the couple \(couple)")
      }
      let other = try await service.accounts.user(partner, in: &transaction)
      guard other.relationshipID == nil else { throw Self.alreadyPaired(partner) }
      guard other.formerRelationshipID == couple else {
        throw BetweenError(.notRestorable, "the partner has left, or had another couple since")
      }
      guard relationship.restoreAskedBy == partner else {
        if relationship.restoreAskedBy == user { return .awaitsPartner }
        relationship.restoreAskedBy = user
        try await transaction.put(relationship, at: Key(.relationship, couple))
        try await service.notifications.notify(
          partner, .restorationAsked, from: user, in: couple, &transaction)
        return .awaitsPartner
      }
      relationship.brokenAt = nil
      relationship.brokenBy = nil
      relationship.restoreAskedBy = nil
      try await transaction.put(relationship, at: Key(.relationship, couple))
      for (id, var member) in [(user, record), (partner, other)] {
        try await deleteInvitation(of: member, in: &transaction)
        member.invitationCode = nil
        member.relationshipID = couple
        member.formerRelationshipID = nil
        try await transaction.put(member, at: Key(.user, id))
      }
      try await service.notifications.notify(
        partner, .restored, from: user, in: couple, &transaction)
      return .restored
    }
  }

  /// Takes back that a user has asked for the couple that has broken up last to be restored.
  ///
  /// Reads the user's row and the couple's, writes the couple's. Strictly serializable: once the couple is restored, it is not undone. Who has not asked takes nothing back.
  ///
  /// - Parameter user: Who has asked.
  /// - Throws: `noSuchUser`; errors of the transaction.
  public func withdrawRestore(by user: RandomID) async throws {
    try await service.write { transaction in
      let record = try await service.accounts.user(user, in: &transaction)
      try await forgetRestoration(asked: user, record, in: &transaction)
    }
  }

  /// Forgets that a user has asked for the former couple to be restored.
  func forgetRestoration(
    asked user: RandomID, _ record: User, in transaction: inout Transaction<Store>
  ) async throws {
    guard let couple = record.formerRelationshipID,
      var relationship = try await transaction.get(Key(.relationship, couple)),
      relationship.restoreAskedBy == user
    else { return }
    relationship.restoreAskedBy = nil
    try await transaction.put(relationship, at: Key(.relationship, couple))
  }
}
