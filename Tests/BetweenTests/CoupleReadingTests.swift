// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Couples' standing")
struct CoupleReadingTests {
  private func isMember(
    _ user: RandomID, _ standing: CoupleStanding, _ setting: Setting
  ) async throws -> Bool {
    do {
      try await setting.between.read { reader in
        _ = try await setting.between.couples.requireMember(
          user, of: setting.couple, standing, in: &reader)
      }
      return true
    } catch let error as BetweenError {
      #expect(error.code == .notPaired)
      return false
    }
  }

  @Test("Who is in a couple may see what it shares: now, or until it can be restored no more")
  func standing() async throws {
    try await withCouple { setting in
      let stranger = RandomID(high: 1, low: 2)
      #expect(try await isMember(setting.a, .active, setting))
      #expect(try await isMember(setting.b, .restorable, setting))
      #expect(try await !isMember(stranger, .restorable, setting))
      try await setting.between.couples.breakUp(by: setting.a)
      #expect(try await !isMember(setting.a, .active, setting))
      #expect(try await isMember(setting.a, .restorable, setting))
      #expect(try await !isMember(stranger, .restorable, setting))
      setting.clock.advance(by: setting.between.options.restorePeriod)
      #expect(try await !isMember(setting.a, .restorable, setting))
    }
  }

  @Test("A user's couples are listed until they are purged, the one that lasts and those before")
  func listing() async throws {
    try await withCouple { setting in
      let (between, couples) = (setting.between, setting.between.couples)
      func list(_ user: RandomID) async throws -> [RandomID?] {
        try await between.read { reader in
          let first = try await couples.conversations(of: user, limit: 1, in: &reader)
          guard let next = first.next else { return first.entries.map { $0.key.id() } }
          let rest = try await couples.conversations(
            of: user, limit: 1, after: next, in: &reader)
          return (first.entries + rest.entries).map { $0.key.id() }
        }
      }
      try await couples.breakUp(by: setting.a)
      let c = try await between.accounts.register(email: "c@d", password: "p", name: "c").user
      #expect(try await list(c) == [])
      let code = try await couples.invite(by: setting.a)
      let second = try await couples.accept(code, by: c)
      #expect(Set(try await list(setting.a)) == [setting.couple, second])
      setting.clock.advance(by: between.options.restorePeriod)
      #expect(try await couples.purgeDue(limit: 9) == 1)
      #expect(try await list(setting.a) == [second])
      #expect(try await list(setting.b) == [])
    }
  }

  @Test("Who asks to be a couple again can take it back, and then both have to ask anew")
  func withdrawal() async throws {
    try await withCouple { setting in
      let couples = setting.between.couples
      try await couples.withdrawRestore(by: setting.a)
      try await couples.breakUp(by: setting.a)
      #expect(try await couples.restore(by: setting.a) == .awaitsPartner)
      try await couples.withdrawRestore(by: setting.b)
      let asking = try await setting.between.datastore.get(Key(.relationship, setting.couple))
      #expect(asking?.restoreAskedBy == setting.a, "nobody takes back what the other asks")
      try await couples.withdrawRestore(by: setting.a)
      #expect(try await couples.restore(by: setting.b) == .awaitsPartner)
      #expect(try await couples.restore(by: setting.a) == .restored)
      await expect(.noSuchUser) { try await couples.withdrawRestore(by: RandomID(high: 0, low: 0)) }
    }
  }

  @Test("The partner is told of a couple's end, of the wish for another beginning, and of that")
  func told() async throws {
    try await withCouple { setting in
      let (between, couples) = (setting.between, setting.between.couples)
      try await couples.breakUp(by: setting.a)
      _ = try await couples.restore(by: setting.b)
      _ = try await couples.restore(by: setting.b)
      _ = try await couples.restore(by: setting.a)
      let (a, b) = try await between.read { reader in
        (
          try await between.notifications.notifications(of: setting.a, in: &reader),
          try await between.notifications.notifications(of: setting.b, in: &reader)
        )
      }
      #expect(a.map(\.record.kind) == [.restorationAsked, .paired])
      #expect(b.map(\.record.kind) == [.restored, .brokeUp])
      #expect((a + b).allSatisfy { $0.record.subject == nil })
    }
  }

  @Test("A couple counts its days from the first one, which either of the two may change")
  func firstDay() async throws {
    try await withCouple { setting in
      let couples = setting.between.couples
      let first = try #require(CivilDate("2024-02-29"))
      func couple() async throws -> Relationship {
        try await setting.between.read {
          try await couples.relationship(setting.couple, in: &$0)
        }
      }
      #expect(try await couple().dayNumber(of: first) == nil)
      try await couples.setFirstDay(first, by: setting.b)
      #expect(try await couple().firstDay == first)
      for (day, number) in [
        ("2024-02-28", nil), ("2024-02-29", 1), ("2024-03-01", 2), ("2025-02-28", 366),
        ("2024-06-07", 100),
      ] {
        #expect(try await couple().dayNumber(of: try #require(CivilDate(day))) == number)
      }
      try await couples.setFirstDay(nil, by: setting.a)
      #expect(try await couple().firstDay == nil)
      try await couples.breakUp(by: setting.a)
      await expect(.notPaired) { try await couples.setFirstDay(first, by: setting.a) }
    }
  }
}
