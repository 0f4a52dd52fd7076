// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Couples")
struct CouplesTests {
  private func register(_ setting: Setting, _ name: String) async throws -> RandomID {
    try await setting.between.accounts.register(
      email: "\(name)@example.net", password: "p", name: name
    ).user
  }

  @Test("A code is good once, for one who is not in a couple, until it expires or is replaced")
  func invitations() async throws {
    try await withCouple { setting in
      let couples = setting.between.couples
      let (c, d, e) = (
        try await register(setting, "c"), try await register(setting, "d"),
        try await register(setting, "e")
      )
      await expect(.alreadyPaired) { _ = try await couples.invite(by: setting.a) }
      let old = try await couples.invite(by: c)
      let code = try await couples.invite(by: c)
      await expect(.noSuchInvitation) { _ = try await couples.accept(old, by: d) }
      await expect(.sameUser) { _ = try await couples.accept(code, by: c) }
      await expect(.alreadyPaired) { _ = try await couples.accept(code, by: setting.b) }
      // What the other had to offer is gone as well.
      let others = try await couples.invite(by: d)
      _ = try await couples.accept(code, by: d)
      await expect(.noSuchInvitation) { _ = try await couples.accept(code, by: e) }
      await expect(.noSuchInvitation) { _ = try await couples.accept(others, by: e) }
      try await setting.expectSound()

      let late = try await couples.invite(by: e)
      let f = try await register(setting, "f")
      setting.clock.advance(by: setting.between.options.invitationLifetime)
      await expect(.invitationExpired) { _ = try await couples.accept(late, by: f) }
      try await couples.withdrawInvitation(of: e)
      await expect(.noSuchInvitation) { _ = try await couples.accept(late, by: f) }
    }
  }

  @Test("A code is read as people type it, and has no characters that look alike")
  func codes() async throws {
    try await withCouple { setting in
      let c = try await register(setting, "c")
      for _ in 0..<50 {
        let code = try await setting.between.couples.invite(by: c)
        #expect(code.text.count == InvitationCode.length)
        #expect(!code.text.contains { "01IO".contains($0) })
        #expect(InvitationCode(code.description.lowercased()) == code)
        #expect(InvitationCode(" \(code.text) ") == code)
      }
      #expect(InvitationCode("ABCDE-FGH1J") == nil)
      #expect(InvitationCode("ABCDE-FGHJ") == nil)
      #expect(InvitationCode("ABCDEFGHJKL") == nil)
      #expect(InvitationCode("") == nil)
    }
  }

  @Test("Of two who accept one code at once, one becomes the partner")
  func race() async throws {
    try await withCouple { setting in
      let (c, d, e) = (
        try await register(setting, "c"), try await register(setting, "d"),
        try await register(setting, "e")
      )
      let code = try await setting.between.couples.invite(by: c)
      let accepted = await withTaskGroup { group in
        for user in [d, e] {
          group.addTask { (try? await setting.between.couples.accept(code, by: user)) != nil }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(accepted == 1)
    }
  }

  @Test("Who has broken up can write no more, and both together can take it back within the period")
  func breakingUp() async throws {
    try await withCouple { setting in
      let couples = setting.between.couples
      _ = try await setting.send("안녕", from: setting.a)
      #expect(try await couples.breakUp(by: setting.b) == setting.couple)
      await expect(.notPaired) { _ = try await setting.send("hallo?", from: setting.a) }
      await expect(.notPaired) { _ = try await couples.breakUp(by: setting.a) }
      try await setting.expectSound()
      // What there was can still be read.
      #expect(try await setting.messages(of: setting.b).count == 1)

      #expect(try await couples.restore(by: setting.a) == .awaitsPartner)
      #expect(try await couples.restore(by: setting.a) == .awaitsPartner)
      try await setting.expectSound()
      #expect(try await couples.restore(by: setting.b) == .restored)
      _ = try await setting.send("wieder", from: setting.a)
      await expect(.alreadyPaired) { _ = try await couples.restore(by: setting.a) }
    }
  }

  @Test(
    "A couple is not restored when one of the two has another partner, had one, or it is too late")
  func notRestorable() async throws {
    try await withCouple { setting in
      let couples = setting.between.couples
      let c = try await register(setting, "c")
      await expect(.notRestorable) { _ = try await couples.restore(by: c) }
      try await couples.breakUp(by: setting.a)
      let code = try await couples.invite(by: c)
      _ = try await couples.accept(code, by: setting.b)
      await expect(.alreadyPaired) { _ = try await couples.restore(by: setting.a) }
      await expect(.alreadyPaired) { _ = try await couples.restore(by: setting.b) }
      try await couples.breakUp(by: c)
      await expect(.notRestorable) { _ = try await couples.restore(by: setting.a) }
      try await setting.expectSound()
      setting.clock.advance(by: setting.between.options.restorePeriod)
      await expect(.restorePeriodOver) { _ = try await couples.restore(by: c) }
    }
  }

  @Test("A purge deletes everything of a couple, bytes included, and nothing of others")
  func purge() async throws {
    try await withCouple { setting in
      let (between, couples) = (setting.between, setting.between.couples)
      for number in 0..<13 { _ = try await setting.send("\(number)", from: setting.a) }
      let blob = try await between.upload(.bytes([1, 2, 3]), type: "image/jpeg")
      let second = try await between.upload(.bytes([4]), type: "image/jpeg")
      for blob in [blob, second] {
        _ = try await between.messaging.send(
          .photo(blob, caption: ""), from: setting.b, in: setting.couple)
      }
      // One that one side has deleted already is freed all the same.
      try await between.messaging.delete(14, of: setting.a, in: setting.couple)
      await expect(.restorePeriodNotOver) { try await couples.purge(setting.couple) }
      try await couples.breakUp(by: setting.a)
      await expect(.restorePeriodNotOver) { try await couples.purge(setting.couple) }
      setting.clock.advance(by: between.options.restorePeriod)
      let c = try await register(setting, "c")
      let code = try await couples.invite(by: c)
      let other = try await couples.accept(code, by: setting.a)
      let kept = try await between.upload(.bytes([5]), type: "image/jpeg")
      _ = try await between.messaging.send(.photo(kept, caption: "x"), from: c, in: other)
      try await couples.purge(setting.couple)
      #expect(try await couples.purge(setting.couple).deleted == 0)
      #expect(try await setting.keysAfterCollecting() == [kept.key])
      await expect(.notPaired) { _ = try await setting.conversation(of: setting.a) }
      let rest = try await between.datastore.count(.conversation, of: Key(.user, setting.a))
      #expect(rest == 1)
    }
  }
}
