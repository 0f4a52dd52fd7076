// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import Testing
import WideColumn

extension PlantedViolation {
  static var datastore: [Self] {
    [
      Self("an address leads to another account", [.datastore]) { setting in
        let entries = try await setting.cells(of: BetweenSchema.emailAccountTable)
        try #require(entries.count == 2)
        try await setting.plant(entries[1].stored, at: entries[0].place)
      },
      Self("an address is not in the index", [.datastore]) { setting in
        let entries = try await setting.cells(of: BetweenSchema.emailAccountTable)
        try await setting.removeRow(of: entries[0].place)
      },
      Self("an address leads to an account that is gone", [.datastore, .accountHasUser]) {
        try await $0.removeRow(of: $0.account(of: $0.a).any)
      },
      Self("a user cannot be decoded", [.datastore, .accountHasUser, .coupleHasPartners]) {
        try await $0.plant([0xFF], at: Key(.user, $0.a).any)
      },
      Self("a message cannot be decoded", [.datastore, .sidesAgree]) {
        try await $0.plant([0xFF], at: Key($0.head($0.a), .message, 3).any)
      },
      Self("a photo cannot be decoded", [.datastore, .albumsCountPhotos]) {
        try await $0.plant([0xFF], at: Key($0.shared, .photo, 1).any)
      },
      Self("a row is of no id", [.datastore, .accountHasUser]) { setting in
        let account = try await setting.account(of: setting.a).any
        let stored = try #require(
          try await setting.cells(of: account.table).first { $0.place == account }?.stored)
        try await setting.removeRow(of: account)
        try await setting.plant(
          stored, at: AnyKey(table: account.table, row: [0xFF], qualifier: account.qualifier))
      },
    ]
  }

  static var rowsHaveRoots: [Self] {
    [
      Self(
        "of a user all is there but the user",
        [.rowsHaveRoots, .accountHasUser, .coupleHasPartners]
      ) { try await $0.remove(Key(.user, $0.a).any) },
      Self(
        "of a couple all is there but the couple",
        [.rowsHaveRoots, .coupleIsMutual, .conversationHasCouple, .noticesAreBounded]
      ) { try await $0.remove($0.shared.any) },
      Self(
        "of a conversation only the messages are there", [.rowsHaveRoots, .conversationHasCouple]
      ) { try await $0.between.datastore.delete($0.head($0.a)) },
    ]
  }

  static var accountHasUser: [Self] {
    let other = RandomID(high: 0, low: 1)
    return [
      Self("a user is another account's", [.accountHasUser]) { setting in
        try await setting.plant(at: Key(.user, setting.a)) { $0.accountID = other }
      },
      Self("an account is another user's", [.accountHasUser]) { setting in
        try await setting.plant(at: setting.account(of: setting.a)) { $0.userID = other }
      },
    ]
  }

  static var coupleHasPartners: [Self] {
    [
      Self(
        "a couple is of one user alone",
        [
          .coupleHasPartners, .coupleIsMutual, .conversationHasCouple, .senderIsPartner,
          .marksAgree,
          .sharedByPartners,
        ]
      ) { setting in
        try await setting.between.messaging.markRead(by: setting.a, in: setting.couple)
        try await setting.plant(at: setting.shared) { $0.second = $0.first }
      },
      Self(
        "a user of a couple is gone",
        [.datastore, .coupleHasPartners, .conversationHasCouple, .accountHasUser]
      ) { try await $0.removeRow(of: Key(.user, $0.b).any) },
    ]
  }

  static var coupleIsMutual: [Self] {
    [
      Self("a user is in no couple", [.coupleIsMutual]) { setting in
        try await setting.plant(at: Key(.user, setting.a)) { $0.relationshipID = nil }
      },
      Self("a user is in a couple that is not there", [.coupleIsMutual]) { setting in
        try await setting.plant(at: Key(.user, setting.a)) {
          $0.relationshipID = RandomID(high: 3, low: 3)
        }
      },
    ]
  }

  static var formerCoupleIsBroken: [Self] {
    [
      Self(
        "users are in a couple that has broken up", [.coupleIsMutual, .formerCoupleIsBroken]
      ) { setting in try await setting.plant(at: setting.shared) { $0.brokenAt = 5 } },
      Self("a couple that lasts is a former one", [.formerCoupleIsBroken]) { setting in
        try await setting.plant(at: Key(.user, setting.a)) {
          $0.formerRelationshipID = setting.couple
        }
      },
    ]
  }

  static var closedIsGone: [Self] {
    [
      Self("a user is closed, and the account is not", [.closedIsGone]) { setting in
        try await setting.plant(at: Key(.user, setting.a)) { $0.closedAt = 5 }
      },
      Self("an account is closed, and the user is not", [.closedIsGone]) { setting in
        try await setting.plant(at: setting.account(of: setting.a)) { $0.email = "" }
      },
    ]
  }

  static var invitationIsItsUsers: [Self] {
    [
      Self("an invitation is not there", [.invitationIsItsUsers]) { setting in
        try await setting.plant(at: Key(.user, setting.a)) { $0.invitationCode = "23456789AB" }
      },
      Self("an invitation is not known to who invites", [.invitationIsItsUsers]) { setting in
        let c = try await setting.between.accounts.register(
          email: "c@example.org", password: "p", name: "c")
        _ = try await setting.between.couples.invite(by: c.user)
        try await setting.plant(at: Key(.user, c.user)) { $0.invitationCode = nil }
      },
      Self("who is in a couple invites", [.invitationIsItsUsers]) { setting in
        let c = try await setting.between.accounts.register(
          email: "c@example.org", password: "p", name: "c")
        let code = try await setting.between.couples.invite(by: c.user)
        try await setting.plant(at: Key(.invitation, code.text)) { $0.inviter = setting.a }
        try await setting.plant(at: Key(.user, c.user)) { $0.invitationCode = nil }
        try await setting.plant(at: Key(.user, setting.a)) { $0.invitationCode = code.text }
      },
    ]
  }
}
