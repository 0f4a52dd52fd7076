// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonTransactions
internal import WideColumn

extension AuditPass {
  mutating func look(at account: Account, _ key: Key<Account>) async throws {
    report.accounts += 1
    let user = try await find(Key(.user, account.userID))
    report.expect(
      user != nil && user?.accountID == key.id(), .accountHasUser, "\(key)",
      "the user \(account.userID) is not there, or is another account's")
    // One that is closed has none.
    report.expect(
      account.email.isEmpty || EmailAddress(account.email) != nil, .withinLimits, "\(key)",
      "the address is none, or has more than \(BetweenLimits.emailBytesMax) bytes")
  }

  mutating func look(at user: User, _ key: Key<User>) async throws {
    report.users += 1
    let place = "\(key)"
    guard let id: RandomID = key.id() else {
      return report.note(.datastore, place, "the id is no random id")
    }
    let account = try await find(Key(.account, user.accountID))
    report.expect(
      account?.userID == id, .accountHasUser, place,
      "the account \(user.accountID) is not there, or is another user's")
    expectClosed(user, account, place)
    expectText(user.name, bytesMin: 1, bytesMax: BetweenLimits.nameBytesMax, place, "the name")
    try await lookAtCouples(of: user, id, place)
    if let code = user.invitationCode {
      let invitation = try await find(Key(.invitation, code))
      report.expect(
        invitation?.inviter == id, .invitationIsItsUsers, place,
        "the user's invitation is not there, or is another one's")
      report.expect(
        user.relationshipID == nil, .invitationIsItsUsers, place,
        "the user is in a couple, and invites")
    }
    try await lookAtConversations(of: key, id)
    try await lookAtNotices(of: key)
  }

  /// Expects that who has closed the account has nothing left, and nobody else is without an address.
  private mutating func expectClosed(_ user: User, _ account: Account?, _ place: String) {
    let isClosed = user.closedAt != nil
    report.expect(
      account == nil || isClosed == account?.email.isEmpty, .closedIsGone, place,
      "the user is \(isClosed ? "" : "not ")closed, its account is not so")
    report.expect(
      !isClosed
        || (user.relationshipID == nil && user.formerRelationshipID == nil
          && user.invitationCode == nil && account?.passwordHash.isEmpty != false),
      .closedIsGone, place, "the account is closed, and something of it left")
  }

  private mutating func lookAtCouples(
    of user: User, _ id: RandomID, _ place: String
  ) async throws {
    if let couple = user.relationshipID {
      let relationship = try await find(Key(.relationship, couple))
      report.expect(
        relationship?.partner(of: id) != nil && relationship?.isActive == true, .coupleIsMutual,
        place, "the user is in the couple \(couple), which is not so")
    }
    if let former = user.formerRelationshipID {
      let relationship = try await find(Key(.relationship, former))
      report.expect(
        relationship?.partner(of: id) != nil && relationship?.isActive == false
          && relationship?.isPurging != true, .formerCoupleIsBroken, place,
        "the couple \(former) is not one that the user was in and that can be restored")
    }
  }

  mutating func look(at invitation: Invitation, _ key: Key<Invitation>) async throws {
    let user = try await find(Key(.user, invitation.inviter))
    report.expect(
      user?.invitationCode != nil && user?.invitationCode == key.id(), .invitationIsItsUsers,
      "\(key)", "\(invitation.inviter) is not there, or has another invitation")
  }

  mutating func look(at relationship: Relationship, _ key: Key<Relationship>) async throws {
    report.couples += 1
    let place = "\(key)"
    guard let couple: RandomID = key.id() else {
      return report.note(.datastore, place, "the id is no random id")
    }
    report.expect(
      relationship.first != relationship.second, .coupleHasPartners, place,
      "it is of one user alone")
    for id in [relationship.first, relationship.second] {
      guard let user = try await find(Key(.user, id)) else {
        report.note(.coupleHasPartners, place, "the user \(id) is not there")
        continue
      }
      if relationship.isActive {
        report.expect(
          user.relationshipID == couple, .coupleIsMutual, place,
          "\(id) is in " + (user.relationshipID.map { "the couple \($0)" } ?? "no couple"))
      } else {
        report.expect(
          user.relationshipID != couple, .formerCoupleIsBroken, place,
          "it has broken up, and \(id) is in it")
      }
    }
    if relationship.isPurging == true { return }
    try await lookAtSides(of: relationship, couple)
    try await lookAtShared(of: relationship, key)
  }
}
