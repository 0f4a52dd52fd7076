// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Closing accounts")
struct ClosingTests {
  @Test("Who has closed the account is gone, and what was shared stays until it is purged")
  func closing() async throws {
    try await withCouple { setting in
      let (between, accounts) = (setting.between, setting.between.accounts)
      let couples = between.couples
      _ = try await setting.send("last words", from: setting.a)
      let found = try await accounts.logIn(email: "minji@example.org", password: "eins")
      await expect(.alreadyPaired) { try await accounts.close(found.account) }
      try await couples.breakUp(by: setting.b)
      _ = try await couples.restore(by: setting.a)
      _ = try await couples.invite(by: setting.a)
      try await accounts.close(found.account)
      try await accounts.close(found.account)
      try await setting.expectSound()

      await expect(.wrongCredentials) {
        _ = try await accounts.logIn(email: "minji@example.org", password: "eins")
      }
      await expect(.wrongCredentials) { _ = try await accounts.logIn(email: "", password: "") }
      await expect(.accountClosed) {
        try await accounts.changePassword(of: found.account, from: "eins", to: "x")
      }
      await expect(.accountClosed) { try await accounts.setPassword(of: found.account, to: "x") }
      await expect(.accountClosed) { try await accounts.changeEmail(of: found.account, to: "a@b") }
      await expect(.accountClosed) { try await accounts.rename(setting.a, to: "x") }
      await expect(.accountClosed) { _ = try await couples.invite(by: setting.a) }
      await expect(.accountClosed) { _ = try await couples.restore(by: setting.a) }
      await expect(.notRestorable) { _ = try await couples.restore(by: setting.b) }
      // The address is free, and the partner still sees what was written.
      _ = try await accounts.register(email: "minji@example.org", password: "x", name: "x")
      #expect(try await setting.messages(of: setting.b).count == 1)

      #expect(try await accounts.purgeClosed(limit: 9) == 0, "the couple is still there")
      setting.clock.advance(by: between.options.restorePeriod)
      while try await !couples.purge(setting.couple, piecesMax: 1).isDone {
        #expect(try await accounts.purgeClosed(limit: 9) == 0, "and a part of it")
      }
      #expect(try await accounts.purgeClosed(limit: 9) == 1)
      #expect(try await accounts.purgeClosed(limit: 9) == 0)
      await expect(.noSuchAccount) {
        _ = try await between.read { try await accounts.account(found.account, in: &$0) }
      }
      await expect(.noSuchUser) {
        _ = try await between.read { try await accounts.user(setting.a, in: &$0) }
      }
    }
  }

  @Test("Closed accounts are deleted as many as asked for, the first closed first")
  func several() async throws {
    try await withCouple { setting in
      let accounts = setting.between.accounts
      for number in 0..<3 {
        let made = try await accounts.register(
          email: "\(number)@example.net", password: "p", name: "x")
        try await accounts.close(made.account)
      }
      #expect(try await accounts.purgeClosed(limit: 2) == 2)
      #expect(try await accounts.purgeClosed(limit: 2) == 1)
    }
  }

  @Test("A forgotten password is replaced for who owns the address")
  func reset() async throws {
    try await withCouple { setting in
      let accounts = setting.between.accounts
      let email = try #require(EmailAddress("JISOO@example.org"))
      let nobody = try #require(EmailAddress("nobody@example.org"))
      let (found, none) = try await setting.between.read { reader in
        (
          try await accounts.account(ofEmail: email, in: &reader),
          try await accounts.account(ofEmail: nobody, in: &reader)
        )
      }
      #expect(none == nil)
      let account: RandomID = try #require(found?.key.id())
      try await accounts.setPassword(of: account, to: "neu")
      await expect(.wrongCredentials) {
        _ = try await accounts.logIn(email: "jisoo@example.org", password: "zwei")
      }
      let inside = try await accounts.logIn(email: "jisoo@example.org", password: "neu")
      #expect(inside.user == setting.b)
      await expect(.invalidPassword) { try await accounts.setPassword(of: account, to: "") }
      await expect(.noSuchAccount) {
        try await accounts.setPassword(of: RandomID(high: 1, low: 1), to: "x")
      }
    }
  }
}
