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

  /// Ends a couple: neither of the two can write to the other any more; all they had stays.
  ///
  /// Reads and writes both users' rows and the couple's.
  ///
  /// - Parameter user: Who breaks up; no consent is needed.
  /// - Returns: The couple that has ended.
  /// - Throws: `noSuchUser`, `notPaired`; errors of the transaction.
  @discardableResult
  public func breakUp(by user: RandomID) async throws -> RandomID {
    try await service.write { transaction in
      let record = try await service.accounts.user(user, in: &transaction)
      guard let couple = record.relationshipID else {
        throw BetweenError(.notPaired, "\(user) is in no couple")
      }
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
      return couple
    }
  }

  /// Asks for the couple that has broken up last to be restored: done when both have asked.
  ///
  /// - Parameter user: Who asks; asking twice is as asking once.
  /// - Returns: Whether they are a couple again.
  /// - Throws: `noSuchUser`; `notRestorable` when there is none, or the partner has had another one since; `alreadyPaired` when one of the two is in a couple;
  ///   `restorePeriodOver`; errors of the transaction.
  public func restore(by user: RandomID) async throws -> Restoration {
    try await service.write { transaction in
      let record = try await service.accounts.user(user, in: &transaction)
      guard record.relationshipID == nil else { throw Self.alreadyPaired(user) }
      guard let couple = record.formerRelationshipID,
        var relationship = try await transaction.get(Key(.relationship, couple)),
        let brokenAt = relationship.brokenAt, let partner = relationship.partner(of: user)
      else {
        throw BetweenError(.notRestorable, "\(user) has no couple that can be restored")
      }
      let end = brokenAt.advanced(by: service.options.restorePeriod)
      guard service.now < end, relationship.isPurging != true else {
        throw BetweenError(.restorePeriodOver, "the couple could be restored until \(end)")
      }
      let other = try await service.accounts.user(partner, in: &transaction)
      guard other.relationshipID == nil else { throw Self.alreadyPaired(partner) }
      guard other.formerRelationshipID == couple else {
        throw BetweenError(.notRestorable, "the partner has had another couple since")
      }
      guard relationship.restoreAskedBy == partner else {
        relationship.restoreAskedBy = user
        try await transaction.put(relationship, at: Key(.relationship, couple))
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
      return .restored
    }
  }
}
