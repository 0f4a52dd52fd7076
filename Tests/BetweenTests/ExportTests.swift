// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Export and import of a couple")
struct ExportTests {
  private func export(_ between: EmbeddedBetween, _ couple: RandomID) async throws -> [String] {
    var lines: [String] = []
    try await CoupleExport(between, of: couple).run { lines.append($0.json) }
    return lines
  }

  /// Lives for a while, and adds what lives do not have: deletions at a collection's end, and fields that nobody knows.
  private func live(_ setting: Setting) async throws -> RandomID {
    let between = setting.between
    let runner = LifeRunner(between, seed: 5)
    try await runner.create(0)
    var options = LifeOptions(couples: 1)
    options.readsPerThousand = 0
    options.hasPhotos = true
    for operation in LifeGenerator(seed: 5, options).prefix(300) { try await runner.run(operation) }
    let members = runner.members(of: 0)
    let key = Key(Key(.user, members.first.user), .conversation, members.couple)
    let head = try #require(try await between.datastore.get(key))
    try await between.messaging.delete(
      head.lastMessageID, of: members.first.user, in: members.couple)
    try await between.memos.write("last", by: members.first.user, in: members.couple)
    let memos = try await between.datastore.count(.memo, of: Key(.relationship, members.couple))
    try await between.memos.delete(
      UInt64(memos), by: members.first.user, in: members.couple)
    _ = try await between.backups.request(by: members.second.user, in: members.couple)
    try await between.write { transaction in
      let message = Key(key, .message, 1).any
      var columns = ColumnSelection()
      columns.add(family: AnyKey.family, qualifier: message.qualifier)
      let row = try await transaction.get(Get(message.row, columns: columns), in: message.table)
      let stored = try #require(row?.value(family: AnyKey.family, qualifier: message.qualifier))
      guard case .map(var fields) = try RecordValue(decoding: stored) else { return }
      fields.append(.init(key: .integer(77), value: .text("from the future")))
      for user in [members.first.user, members.second.user] {
        let other = Key(Key(Key(.user, user), .conversation, members.couple), .message, 1).any
        var put = Put(other.row)
        put.add(
          family: AnyKey.family, qualifier: other.qualifier,
          value: try RecordValue.map(fields).encode())
        try transaction.put(put, in: other.table)
      }
    }
    return members.couple
  }

  private func withEmpty(
    _ blobs: InMemoryBlobStore, _ body: (EmbeddedBetween) async throws -> Void
  ) async throws {
    var configuration = StoreConfiguration()
    configuration.fileSystem = InMemoryFileSystem()
    try await withDatabase(at: "/other", configuration: configuration) { database in
      let between = try await database.openBetween(
        passwords: PlainHasher(), blobs: blobs, random: SharedGenerator(seed: 1), options: .quick)
      try await body(between)
    }
  }

  private func importing(_ lines: [String], into between: EmbeddedBetween) async throws {
    var importer = CoupleImport(between)
    for line in lines { try await importer.add(try ExportLine(json: line)) }
    try await importer.finish()
  }

  @Test("An import is sound, works on, and gives the same lines when it is exported")
  func roundTrip() async throws {
    try await withCouple { setting in
      let couple = try await live(setting)
      let lines = try await export(setting.between, couple)
      #expect(lines.contains { $0.contains("from the future") })
      #expect(lines.contains { $0.contains("사랑해") } || lines.contains { $0.contains("❤️") })
      #expect(try await export(setting.between, couple) == lines)
      try await withEmpty(setting.blobs) { other in
        try await importing(lines, into: other)
        #expect(try await export(other, couple) == lines)
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

  @Test("An import that was cut off is not seen, and can be begun again")
  func cutOff() async throws {
    try await withCouple { setting in
      let couple = try await live(setting)
      let lines = try await export(setting.between, couple)
      try await withEmpty(setting.blobs) { other in
        var importer = CoupleImport(other)
        for line in lines.prefix(lines.count / 2) {
          try await importer.add(try ExportLine(json: line))
        }
        let there = try await other.datastore.get(Key(.relationship, couple))
        #expect(there == nil)
        await expect(.malformedExport) { try await importer.finish() }
        try await importing(lines, into: other)
        #expect(try await export(other, couple) == lines)
        let report = try await BetweenAudit(other).run()
        #expect(report.violations.map(\.description) == [])
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
        let lines = try await export(between, couple)
        #expect(lines.contains { $0.contains(text) })
        #expect(!lines.contains { $0.contains(other.description) })
        try await withEmpty(setting.blobs) { empty in
          try await importing(lines, into: empty)
          #expect(try await export(empty, couple) == lines)
          let report = try await BetweenAudit(empty).run()
          #expect(report.violations.map(\.description) == [])
        }
      }
    }
  }

  @Test("A file that was cut or changed is refused", arguments: 0..<6)
  func refusals(kind: Int) async throws {
    try await withCouple { setting in
      _ = try await setting.send("x", from: setting.a)
      var lines = try await export(setting.between, setting.couple)
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
      let lines = try await export(setting.between, setting.couple)
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
