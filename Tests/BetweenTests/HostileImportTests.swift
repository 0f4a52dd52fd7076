// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

@Suite("A file that was changed by hand")
struct HostileImportTests {
  @Test(
    "It is refused, nothing of it is seen, and the right one can be imported afterwards",
    arguments: HostileFile.all.indices)
  func refused(number: Int) async throws {
    try await withCouple { setting in
      let file = try await HostileFile(setting)
      let right = try await exported(setting.between, setting.couple)
      let (name, change) = HostileFile.all[number]
      var changed = file
      try change(&changed)
      #expect(changed.lines != file.lines, "\(name) changes nothing")
      let wrong = changed.lines.map(\.json)
      try await withEmpty(setting.blobs) { other in
        do {
          try await importing(wrong, into: other)
          Issue.record("\(name) was imported")
        } catch let error as BetweenError {
          #expect(error.code == .malformedExport, "\(name): \(error)")
        }
        let report = try await BetweenAudit(other).run()
        // What was written stays until it is imported again, and belongs to nobody.
        #expect(report.violated.isSubset(of: [.rowsHaveRoots]), "\(name)")
        #expect(report.users == 0 && report.couples == 0 && report.accounts == 0)
        try await importing(right, into: other)
        #expect(try await exported(other, setting.couple) == right)
      }
    }
  }

  @Test("Messages of the future are refused, as nobody could send others behind them")
  func future() async throws {
    try await withCouple { setting in
      setting.clock.advance(by: .seconds(100 * 365 * 86_400))
      _ = try await setting.send("from the future", from: setting.a)
      let lines = try await exported(setting.between, setting.couple)
      try await withEmpty(setting.blobs) { other in
        await expect(.malformedExport) { try await importing(lines, into: other) }
      }
    }
  }

  @Test("A file without accounts has no password hash in it, and is not imported")
  func withoutAccounts() async throws {
    try await withCouple { setting in
      _ = try await setting.send("hello", from: setting.a)
      var options = ExportOptions()
      options.includesAccounts = false
      var lines: [String] = []
      try await CoupleExport(setting.between, of: setting.couple, options: options).run {
        lines.append($0.json)
      }
      #expect(lines.contains { $0.contains("hello") } && !lines.contains { $0.contains("minji@") })
      try await withEmpty(setting.blobs) { other in
        await expect(.malformedExport) { try await importing(lines, into: other) }
      }
    }
  }

  @Test("What a later program has put below the couple and into the conversation comes back")
  func unknownTypes() async throws {
    try await withCouple(auditsAtEnd: false) { setting in
      _ = try await setting.send("hello", from: setting.a)
      let stored = try RecordValue.map([.init(key: .integer(1), value: .text("later"))]).encode()
      let id = (7 as UInt64).keyComponent.encoded
      let conversation: Bytes = [6] + setting.couple.keyComponent.encoded
      let below: Bytes = [40, 1]
      let beside: Bytes = [41, 1]
      let among: Bytes = [41] + conversation + [1]
      let (shared, user) = (BetweenSchema.relationshipTable, BetweenSchema.userTable)
      let places = [
        AnyKey(table: shared, row: setting.couple.keyComponent.encoded, qualifier: below + id),
        AnyKey(table: shared, row: setting.couple.keyComponent.encoded, qualifier: [40, 0]),
        AnyKey(table: user, row: setting.a.keyComponent.encoded, qualifier: among + id),
        AnyKey(table: user, row: setting.a.keyComponent.encoded, qualifier: beside + id),
      ]
      try await setting.between.write { transaction in
        for place in places {
          var put = Put(place.row)
          put.add(family: AnyKey.family, qualifier: place.qualifier, value: stored)
          try transaction.put(put, in: place.table)
        }
      }
      let lines = try await exported(setting.between, setting.couple)
      #expect(lines.count { $0.contains("later") } == 3)
      try await withEmpty(setting.blobs) { other in
        try await importing(lines, into: other)
        #expect(try await exported(other, setting.couple) == lines)
      }
    }
  }

  @Test(
    "Only a hash of bounded work is accepted",
    arguments: [
      ("$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHQ$aGFzaA", true),
      ("$argon2id$v=19$m=1048576,t=10,p=1$c2FsdA$aGFzaA", true), ("!", true),
      ("$argon2id$v=19$m=1048577,t=2,p=1$c2FsdA$aGFzaA", false),
      ("$argon2id$v=19$m=65536,t=11,p=1$c2FsdA$aGFzaA", false),
      ("$argon2id$v=19$m=65536,t=0,p=1$c2FsdA$aGFzaA", false),
      ("$argon2id$v=19$m=65536,t=2,p=255$c2FsdA$aGFzaA", false),
      ("$argon2id$v=19$m=99999999999999999999,t=2,p=1$c2FsdA$aGFzaA", false),
      ("$argon2id$v=19$m=65536,t=+2,p=1$c2FsdA$aGFzaA", false),
      ("$2b$10$abcdefghijklmnopqrstuv", false), ("secret", false), ("", false),
    ])
  func hashes(hash: String, isAccepted: Bool) {
    #expect(AnyHasher().accepts(hash) == isAccepted)
  }
}

/// A hasher that accepts what all do.
private struct AnyHasher: PasswordHasher {
  func hash(_ password: String) async throws -> String { "!" }
  func verify(_ password: String, against hash: String) async throws -> Bool { false }
  func isOutdated(_ hash: String) -> Bool { false }
}
