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
    expectText(
      account.email, bytesMax: BetweenLimits.emailBytesMax, "\(key)", "the address")
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
    let isClosed = user.closedAt != nil
    report.expect(
      account == nil || isClosed == account?.email.isEmpty, .closedIsGone, place,
      "the user is \(isClosed ? "" : "not ")closed, its account is not so")
    report.expect(
      !isClosed
        || (user.relationshipID == nil && user.formerRelationshipID == nil
          && user.invitationCode == nil && account?.passwordHash.isEmpty != false),
      .closedIsGone, place, "the account is closed, and something of it left")
    expectText(user.name, bytesMax: BetweenLimits.nameBytesMax, place, "the name")
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

  private mutating func lookAtNotices(of key: Key<User>) async throws {
    let notices = try await snapshot.children(
      .notification, of: key, limit: BetweenLimits.notificationsMax + 1)
    let requests = try await snapshot.children(
      .backupRequest, of: key, limit: BetweenLimits.backupRequestsMax + 1)
    report.expect(
      notices.entries.count <= BetweenLimits.notificationsMax
        && requests.entries.count <= BetweenLimits.backupRequestsMax, .noticesAreBounded,
      "\(key)", "there are more notifications or requests than may be")
    let couples = Set(
      notices.entries.map(\.record.couple) + requests.entries.map(\.record.couple))
    for couple in couples.sorted() {
      let relationship = try await find(Key(.relationship, couple))
      report.expect(
        relationship != nil && relationship?.isPurging != true, .noticesAreBounded, "\(key)",
        "there is a notification or a request of the couple \(couple), which is gone")
    }
    for entry in notices.entries {
      report.expect(
        entry.record.hasItsSubject, .notificationsHaveSubjects, "\(entry.key)",
        "one of the kind \(entry.record.kind.rawValue) is about something else")
    }
    for entry in requests.entries {
      let (request, place) = (entry.record, "\(entry.key)")
      report.expect(
        (request.state == .done) == (request.blob != nil), .backupsHaveCopies, place,
        "the state is \(request.state.rawValue), a copy is \(request.blob == nil ? "not " : "")there"
      )
      try await expectBlob(request.blob, place)
    }
  }

  private mutating func lookAtConversations(of key: Key<User>, _ user: RandomID) async throws {
    var cursor: PageCursor?
    repeat {
      let page = try await snapshot.children(
        .conversation, of: key, limit: Self.rowsPerPiece, after: cursor)
      for entry in page.entries {
        let couple: RandomID? = entry.key.id()
        let relationship = try await find(Key(.relationship, couple ?? user))
        report.expect(
          relationship?.partner(of: user) == entry.record.partner, .conversationHasCouple,
          "\(entry.key)", "there is no couple of the user and \(entry.record.partner)")
      }
      cursor = page.next
    } while cursor != nil
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
