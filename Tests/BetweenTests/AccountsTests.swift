// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Accounts")
struct AccountsTests {
  @Test("An address belongs to one account, whatever its case, until it is given up")
  func uniqueEmail() async throws {
    try await withCouple { setting in
      let accounts = setting.between.accounts
      await expect(.emailTaken) {
        _ = try await accounts.register(email: "MINJI@example.org", password: "x", name: "x")
      }
      let found = try await accounts.logIn(email: "Minji@Example.org", password: "eins")
      #expect(found.user == setting.a)
      try await accounts.changeEmail(of: found.account, to: "neu@example.org")
      let again = try await accounts.register(
        email: "MINJI@example.org", password: "drei", name: "x")
      #expect(again.user != setting.a)
      await expect(.emailTaken) {
        try await accounts.changeEmail(of: found.account, to: "minji@EXAMPLE.org")
      }
    }
  }

  @Test("Many who register the same address at once get one account")
  func race() async throws {
    try await withCouple { setting in
      let results = await withTaskGroup { group in
        for number in 0..<8 {
          group.addTask {
            let registration = try? await setting.between.accounts.register(
              email: "wanted@example.org", password: "\(number)", name: "n")
            return registration != nil
          }
        }
        return await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(results.filter(\.self).count == 1)
    }
  }

  @Test("Wrong credentials are refused, and which part was wrong is not told")
  func credentials() async throws {
    let hasher = PlainHasher()
    try await withCouple(hasher: hasher) { setting in
      let accounts = setting.between.accounts
      await expect(.wrongCredentials) {
        _ = try await accounts.logIn(email: "minji@example.org", password: "zwei")
      }
      let hashed = hasher.count
      await expect(.wrongCredentials) {
        _ = try await accounts.logIn(email: "nobody@example.org", password: "eins")
      }
      #expect(hasher.count == hashed + 1, "as much work as for a known address")
      let found = try await accounts.logIn(email: "minji@example.org", password: "eins")
      await expect(.wrongCredentials) {
        try await accounts.changePassword(of: found.account, from: "falsch", to: "neu")
      }
      try await accounts.changePassword(of: found.account, from: "eins", to: "neu")
      await expect(.wrongCredentials) {
        _ = try await accounts.logIn(email: "minji@example.org", password: "eins")
      }
      _ = try await accounts.logIn(email: "minji@example.org", password: "neu")
    }
  }

  @Test("A hash of other limits is made anew when its owner logs in")
  func rehash() async throws {
    try await withCouple { setting in
      let stricter = try BetweenService(
        datastore: setting.between.datastore, clock: setting.clock,
        random: SharedGenerator(seed: 1), passwords: PlainHasher(prefix: "better:"),
        options: .quick)
      let found = try await stricter.accounts.logIn(email: "minji@example.org", password: "eins")
      let account = try await stricter.read {
        try await stricter.accounts.account(found.account, in: &$0)
      }
      #expect(account.passwordHash == "better:eins")
    }
  }

  /// Verifies as always, and cannot hash any more.
  private struct Worn: PasswordHasher {
    func hash(_ password: String) async throws -> String {
      throw BetweenError(.passwordHashing, "out of memory")
    }
    func verify(_ password: String, against hash: String) async throws -> Bool {
      hash.hasSuffix(":" + password)
    }
    func isOutdated(_ hash: String) -> Bool { true }
  }

  @Test("Who has the right password is let in, whether or not the hash can be made anew")
  func failedRehash() async throws {
    try await withCouple { setting in
      let service = try BetweenService(
        datastore: setting.between.datastore, clock: setting.clock,
        random: SharedGenerator(seed: 1), passwords: Worn(), options: .quick)
      let found = try await service.accounts.logIn(email: "minji@example.org", password: "eins")
      #expect(found.user == setting.a)
    }
  }

  @Test("Of an address the letters A to Z alone are folded, whatever Unicode says")
  func folding() throws {
    for (text, folded) in [
      ("Minji@Example.ORG", "minji@example.org"), ("ÄÖ@Straße.DE", "ÄÖ@straße.de"),
      ("İI@x", "İi@x"), ("ﬁ\u{1C4}Z@X[`{", "ﬁ\u{1C4}z@x[`{"),
    ] {
      let normalized = try #require(EmailAddress(text)).normalized
      #expect(normalized.utf8.elementsEqual(folded.utf8), "\(normalized)")
    }
    let (composed, apart) = (EmailAddress("\u{E9}@x"), EmailAddress("e\u{301}@x"))
    #expect(composed != apart)
    #expect(composed?.normalized.utf8.count != apart?.normalized.utf8.count)
  }

  @Test(
    "What is no address is refused",
    arguments: [
      "", "@", "a@", "@b", "a b@c", "a\u{3000}@c", "a\n@c", "a\u{7F}@c", "plain",
      String(repeating: "x", count: 250) + "@b.org",
    ])
  func badEmails(text: String) { #expect(EmailAddress(text) == nil) }

  @Test(
    "Addresses of any script are taken",
    arguments: ["a@b", "민지@예시.한국", "o'brien+tag@example.co.uk", "\"a@b\"@example.org"])
  func goodEmails(text: String) { #expect(EmailAddress(text)?.text == text) }

  @Test("Names and passwords have their limits, and users and accounts that are not there are told")
  func limits() async throws {
    try await withCouple { setting in
      let accounts = setting.between.accounts
      for name in ["", " ", "\t\n", "\u{3000}", "\u{200B}\u{200D}", "\u{3164}", "\u{0}\u{7F}"] {
        await expect(.invalidName) { try await accounts.rename(setting.a, to: name) }
      }
      await expect(.invalidName) {
        try await accounts.rename(setting.a, to: String(repeating: "가", count: 86))
      }
      try await accounts.rename(setting.a, to: String(repeating: "가", count: 85))
      await expect(.invalidPassword) {
        _ = try await accounts.register(email: "x@y", password: "", name: "x")
      }
      await expect(.invalidEmail) {
        _ = try await accounts.register(email: "xy", password: "p", name: "x")
      }
      await expect(.noSuchUser) {
        try await accounts.rename(RandomID(high: 1, low: 1), to: "x")
      }
      await expect(.noSuchAccount) {
        try await accounts.changeEmail(of: RandomID(high: 1, low: 1), to: "x@y")
      }
    }
  }
}

#if Sodium
  @Suite("SodiumPasswordHasher")
  struct SodiumPasswordHasherTests {
    @Test("A password is told from others, any bytes included, and each hash has its own salt")
    func roundTrip() async throws {
      let hasher = SodiumPasswordHasher(limits: .weakestForTests)
      for password in ["eins", "", "비밀번호 🔑", "a\u{0}b", String(repeating: "x", count: 1024)] {
        let hash = try await hasher.hash(password)
        #expect(hash.hasPrefix("$argon2id$"))
        #expect(try await hasher.verify(password, against: hash))
        let other = try await hasher.verify(password + "x", against: hash)
        #expect(!other)
        let again = try await hasher.hash(password)
        #expect(again != hash)
      }
      let prefix = try await hasher.verify("a", against: try await hasher.hash("a\u{0}b"))
      #expect(!prefix)
    }

    @Test("What is no hash lets nobody in")
    func noHash() async throws {
      let hasher = SodiumPasswordHasher(limits: .weakestForTests)
      for hash in ["", "!", "$argon2id$", String(repeating: "$", count: 4000)] {
        let isRight = try await hasher.verify("", against: hash)
        #expect(!isRight)
        #expect(hasher.isOutdated(hash))
      }
    }

    @Test(
      "A hash that says it takes more than may be is none, and takes no time",
      arguments: ["m=8,t=4000000000", "m=4194304,t=1", "m=1048577,t=1", "m=8,t=11", "m=0,t=1"])
    func absurd(parameters: String) async throws {
      let hasher = SodiumPasswordHasher(limits: .weakestForTests)
      let hash = try await hasher.hash("eins")
      let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
      for argon in ["argon2id", "argon2i"] {
        let other =
          (parts[..<1] + [Substring(argon)] + parts[2..<3])
          + [Substring(parameters + ",p=1")] + parts[4...]
        let isRight = try await hasher.verify("eins", against: other.joined(separator: "$"))
        #expect(!isRight)
      }
    }

    @Test("A right hash of ten passes is good, one of eleven lets nobody in")
    func bounds() async throws {
      let hasher = SodiumPasswordHasher(limits: .weakestForTests)
      for (passes, rest, isGood) in [
        (10, "/FqlcUcV5T/OsX4Fpy0Y7Q$DfcJRf7bPJ4STcLdU+wuPv+3/IJVPaKj3+sc0oV7p+I", true),
        (11, "Zk5epHfrJbdl2qJt1RV9SQ$otrjZxhOpih0fe/1gn9SZqLWsRfDTQcrgbDnT+Nn9Co", false),
      ] {
        let isRight = try await hasher.verify(
          "eins", against: "$argon2id$v=19$m=8,t=\(passes),p=1$" + rest)
        #expect(isRight == isGood)
      }
    }

    @Test("A hash of more work is not made anew with less, nor one of more in one way alone")
    func stronger() async throws {
      let hash = try await SodiumPasswordHasher(
        limits: .init(operations: 2, memoryBytes: 64 << 10)
      ).hash("eins")
      for (passes, kibibytes, isOutdated) in [
        (1, 8, false), (2, 64, false), (1, 128, false), (3, 32, false), (3, 64, true),
        (2, 65, true),
      ] {
        let hasher = SodiumPasswordHasher(
          limits: .init(operations: UInt64(passes), memoryBytes: kibibytes << 10))
        #expect(hasher.isOutdated(hash) == isOutdated, "\(passes) over \(kibibytes) KiB")
      }
    }

    @Test("So many passwords may be hashed or wait, more are refused, and then there is room again")
    func bounded() async throws {
      let hasher = SodiumPasswordHasher(
        limits: .init(operations: 1, memoryBytes: 4 << 20), threads: 2, queueMax: 3)
      let outcomes = await withTaskGroup { group in
        for _ in 0..<40 {
          group.addTask { () -> BetweenError.Code? in
            do {
              _ = try await hasher.hash("eins")
              return nil
            } catch {
              return (error as? BetweenError)?.code
            }
          }
        }
        return await group.reduce(into: [BetweenError.Code?]()) { $0.append($1) }
      }
      #expect(outcomes.contains(nil) && outcomes.contains(.passwordHashing))
      #expect(outcomes.allSatisfy { $0 == nil || $0 == .passwordHashing })
      _ = try await hasher.hash("zwei")
    }

    @Test("A hash of other limits is outdated, and still good")
    func outdated() async throws {
      let weak = SodiumPasswordHasher(limits: .weakestForTests)
      let strong = SodiumPasswordHasher(limits: .init(operations: 2, memoryBytes: 64 << 10))
      let hash = try await weak.hash("eins")
      #expect(!weak.isOutdated(hash))
      #expect(strong.isOutdated(hash))
      #expect(try await strong.verify("eins", against: hash))
    }
  }
#endif
