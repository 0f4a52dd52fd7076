// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Export and import of a couple")
struct ExportTests {
  @Test("An import is sound, works on, and gives the same lines when it is exported")
  func roundTrip() async throws {
    try await withCouple { setting in
      let couple = try await live(setting)
      let lines = try await exported(setting.between, couple)
      #expect(lines.contains { $0.contains("from the future") })
      #expect(lines.contains { $0.contains("사랑해") } || lines.contains { $0.contains("❤️") })
      #expect(try await exported(setting.between, couple) == lines)
      try await withEmpty(setting.blobs) { other in
        try await importing(lines, into: other)
        #expect(try await exported(other, couple) == lines)
        let report = try await BetweenAudit(other).run()
        #expect(report.violations.map(\.description) == [])
        // Ids go on where they were.
        for between in [setting.between, other] {
          let runner = LifeRunner(between, seed: 5)
          let members = runner.members(of: 0)
          let receipt = try await between.messaging.send(
            .text("on"), from: members.first.user, in: couple)
          let memo = try await between.memos.write("on", by: members.first.user, in: couple)
          #expect(receipt.id > 1 && memo.id(as: UInt64.self) != nil)
        }
        await expect(.notEmpty) { try await importing(lines, into: other) }
      }
    }
  }

  @Test("Of one who has another partner now, nothing of that is in the export")
  func formerCouple() async throws {
    try await withCouple { setting in
      let between = setting.between
      _ = try await setting.send("first love", from: setting.a)
      try await between.couples.breakUp(by: setting.b)
      let c = try await between.accounts.register(
        email: "c@example.org", password: "p", name: "c")
      let code = try await between.couples.invite(by: c.user)
      let second = try await between.couples.accept(code, by: setting.a)
      _ = try await between.messaging.send(.text("second love"), from: c.user, in: second)
      try await between.memos.write("theirs", by: c.user, in: second)
      for (couple, text, other) in [
        (setting.couple, "first love", second), (second, "second love", setting.couple),
      ] {
        let lines = try await exported(between, couple)
        #expect(lines.contains { $0.contains(text) })
        #expect(!lines.contains { $0.contains(other.description) })
        try await withEmpty(setting.blobs) { empty in
          try await importing(lines, into: empty)
          #expect(try await exported(empty, couple) == lines)
          let report = try await BetweenAudit(empty).run()
          #expect(report.violations.map(\.description) == [])
        }
      }
    }
  }

  @Test("Of one who has closed the account, what the partner keeps comes back")
  func closedAccount() async throws {
    try await withCouple { setting in
      let between = setting.between
      _ = try await setting.send("good bye", from: setting.b)
      try await between.couples.breakUp(by: setting.b)
      let user = try #require(try await between.datastore.get(Key(.user, setting.b)))
      try await between.accounts.close(user.accountID)
      let lines = try await exported(between, setting.couple)
      try await withEmpty(setting.blobs) { other in
        try await importing(lines, into: other)
        #expect(try await exported(other, setting.couple) == lines)
        let report = try await BetweenAudit(other).run()
        #expect(report.violations.map(\.description) == [])
      }
    }
  }

  @Test("A file that was cut or changed is refused", arguments: 0..<6)
  func refusals(kind: Int) async throws {
    try await withCouple { setting in
      _ = try await setting.send("x", from: setting.a)
      var lines = try await exported(setting.between, setting.couple)
      switch kind {
      case 0: lines.removeLast()
      case 1: lines.remove(at: lines.count / 2)
      case 2: lines.removeFirst()
      case 3: lines.append(lines[1])
      case 4: lines.insert(lines[0], at: 3)
      default: lines[1] = lines[1].replacing("\"stored\":\"", with: "\"stored\":\"ff")
      }
      try await withEmpty(setting.blobs) { other in
        await expect(.malformedExport) { try await importing(lines, into: other) }
      }
    }
  }

  @Test("An address that is taken is told")
  func emailTaken() async throws {
    try await withCouple { setting in
      let lines = try await exported(setting.between, setting.couple)
      try await withEmpty(setting.blobs) { other in
        _ = try await other.accounts.register(
          email: "minji@example.org", password: "p", name: "x")
        await expect(.emailTaken) { try await importing(lines, into: other) }
      }
    }
  }

  @Test(
    "What is no line is refused",
    arguments: [
      "", "{}", "[]", "{\"end\":1}", "{\"end\":\"x\"}", "{\"end\":\"1\"} x", "{\"end\":\"1\",}",
      "{\"end\":\"\\ud800\"}", "{\"end\":\"1\",\"end\":\"1\"}", "{\"format\":\"other\"}",
      "{\"kind\":\"record\",\"table\":\"user\",\"row\":\"0\",\"qualifier\":\"\",\"stored\":\"\"}",
    ])
  func noLines(text: String) {
    #expect(throws: BetweenError.self) { _ = try ExportLine(json: text) }
  }

  @Test("A line is read whatever its white space, escapes and order")
  func lenient() throws {
    let line = ExportLine.record(
      Key(.user, RandomID(high: 1, low: 2)).any, Bytes([0x63, 0xED, 0x95, 0x9C]))
    #expect(try ExportLine(json: line.json) == line)
    let spaced =
      " { \"stored\" : \"63ed959c\", \"qualifier\":\"0301\",\"row\":\"3000000000000000010000000000000002\",\n \"table\":\"us\\u0065r\",\"kind\":\"record\", \"new\":\"\\ud83d\\ude00\\/\" }"
    #expect(try ExportLine(json: spaced) == line)
    #expect(try ExportLine(json: "{\"end\":\"7\"}") == .end(count: 7))
  }
}
