// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

@Suite("Purging couples")
struct PurgeTests {
  /// Fills a couple with something of each kind, breaks it up, and lets the period go by.
  private func fill(_ setting: Setting) async throws {
    let between = setting.between
    for number in 0..<7 {
      _ = try await setting.send("\(number)", from: number % 2 == 0 ? setting.a : setting.b)
    }
    try await between.messaging.delete(3, of: setting.a, in: setting.couple)
    let album = try await between.photos.createAlbum("x", by: setting.a, in: setting.couple)
    for number in 0..<3 {
      let blob = try await between.upload(.bytes([UInt8(number)]), type: "image/jpeg")
      let photo = try await between.photos.add(
        blob, by: setting.a, in: setting.couple, album: album.id())
      for _ in 0..<4 { try await between.comments.write("c", by: setting.b, on: photo) }
    }
    let memo = try await between.memos.write("m", by: setting.b, in: setting.couple)
    try await between.comments.write("c", by: setting.a, on: memo)
    _ = try await between.backups.request(by: setting.a, in: setting.couple)
    try await between.couples.breakUp(by: setting.b)
    setting.clock.advance(by: between.options.restorePeriod)
  }

  @Test("A purge that is cut off after any of its transactions leaves what is sound, and goes on")
  func cutOff() async throws {
    try await withCouple { setting in
      try await fill(setting)
      var progress = PurgeProgress()
      var pieces = 0
      while !progress.isDone, pieces < 100 {
        // Each piece by a service that knows nothing of the ones before.
        let service = try BetweenService(
          datastore: setting.between.datastore, clock: setting.clock,
          random: SharedGenerator(seed: 1), passwords: PlainHasher(), blobs: setting.blobs,
          options: .quick)
        progress = try await service.couples.purge(setting.couple, piecesMax: 1)
        #expect(progress.deleted <= (pieces == 0 ? 30 : 8), "a piece is small")
        pieces += 1
        try await setting.expectSound()
        if !progress.isDone {
          await expect(.notPaired) {
            _ = try await service.backups.request(by: setting.a, in: setting.couple)
          }
          await expect(.notRestorable) { _ = try await service.couples.restore(by: setting.a) }
          await expect(.notPaired) {
            _ = try await service.read {
              try await service.couples.requireMember(
                setting.a, of: setting.couple, .restorable, in: &$0)
            }
          }
          let due = try await service.read { try await service.couples.due(limit: 9, in: &$0) }
          #expect(due.entries.count == 1)
        }
      }
      #expect(progress.isDone && pieces > 8, "\(pieces)")
      for user in [setting.a, setting.b] {
        let left = try await setting.between.read { reader in
          try await reader.get(Get(Key(.user, user).any.row), in: BetweenSchema.userTable)
        }
        let objects = left.map(Array.init)?.filter {
          $0.column.family == AnyKey.family
            && KeyPathParts($0.column.qualifier)?.kind == .object
        }
        #expect(objects?.count == 1, "the user alone, and nothing of the couple")
      }
    }
  }

  @Test("Collections that were emptied one by one do not end a purge before its time")
  func emptied() async throws {
    try await withCouple { setting in
      let between = setting.between
      // More of them than a transaction looks at.
      for number in 0..<(BetweenOptions.quick.objectsPerPiece + 3) {
        let memo = try await between.memos.write(
          "\(number)", by: setting.a, in: setting.couple)
        let comment = try await between.comments.write("c", by: setting.b, on: memo)
        try await between.comments.delete(comment, by: setting.b)
      }
      try await between.couples.breakUp(by: setting.b)
      setting.clock.advance(by: between.options.restorePeriod)
      #expect(try await between.couples.purge(setting.couple).isDone)
      let memos = try await between.datastore.count(
        .memo, of: Key(.relationship, setting.couple))
      #expect(memos == 0)
    }
  }

  @Test("What a newer program has put below a couple or a user is purged with it")
  func newerTypes() async throws {
    try await withCouple { setting in
      let between = setting.between
      let accounts = try await between.read { reader in
        try await between.accounts.user(setting.a, in: &reader).accountID
      }
      for root in [Key(.relationship, setting.couple).any, Key(.user, setting.a).any] {
        try await between.write { transaction in
          var put = Put(root.row)
          for number: UInt8 in 0..<12 {
            put.add(
              family: AnyKey.family, qualifier: Bytes([0x7A, 1, 0x21, number]), value: "newer")
          }
          try transaction.put(put, in: root.table)
        }
      }
      try await between.couples.breakUp(by: setting.b)
      setting.clock.advance(by: between.options.restorePeriod)
      try await between.couples.purge(setting.couple)
      try await between.accounts.close(accounts)
      #expect(try await between.accounts.purgeClosed(limit: 9) == 1)
      for root in [Key(.relationship, setting.couple).any, Key(.user, setting.a).any] {
        let row = try await between.read { try await $0.get(Get(root.row), in: root.table) }
        let left = row.map(Array.init)?.filter {
          $0.column.family == AnyKey.family && $0.column.qualifier[0] >= 2
        }
        #expect(left?.isEmpty != false)
      }
    }
  }

  @Test("A purge ends also where the couple's records contradict each other")
  func inconsistent() async throws {
    try await withCouple { setting in
      try await fill(setting)
      let couple = Key(.relationship, setting.couple)
      try await setting.plant(at: Key(couple, .album, 1)) { $0.photoCount = 0 }
      try await setting.between.write { transaction in
        let photo = try #require(try await transaction.get(Key(couple, .photo, 1)))
        try await transaction.put(photo, at: Key(couple, .photo, "no number"))
      }
      #expect(try await setting.between.couples.purge(setting.couple, piecesMax: 100).isDone)
    }
  }

  @Test("Couples are purged by a worker as they come due, one that cannot be not before others")
  func due() async throws {
    try await withCouple(auditsAtEnd: false) { setting in
      let (between, couples) = (setting.between, setting.between.couples)
      var others: [RandomID] = []
      for name in ["c", "d", "e"] {
        let (first, second) = (
          try await between.accounts.register(email: "1@\(name)", password: "p", name: name),
          try await between.accounts.register(email: "2@\(name)", password: "p", name: name)
        )
        let code = try await couples.invite(by: first.user)
        others.append(try await couples.accept(code, by: second.user))
        setting.clock.advance(by: .seconds(60))
        if name != "e" { try await couples.breakUp(by: first.user) }
      }
      try await fill(setting)
      func due() async throws -> [RandomID?] {
        try await between.read { reader in
          let first = try await couples.due(limit: 2, in: &reader)
          let rest = try await couples.due(limit: 2, after: first.next, in: &reader)
          return (first.entries + (first.next == nil ? [] : rest.entries)).map { $0.key.id() }
        }
      }
      #expect(try await due() == [others[0], others[1], setting.couple])
      try await setting.expectSound()
      // The first one has something in it that cannot be read.
      try await between.write { transaction in
        let memo = Key(Key(.relationship, others[0]), .memo, 1).any
        var put = Put(memo.row)
        put.add(family: AnyKey.family, qualifier: memo.qualifier, value: Bytes([0xFF]))
        try transaction.put(put, in: memo.table)
      }
      #expect(try await couples.purgeDue(limit: 1) == 1)
      #expect(try await due() == [others[0], setting.couple])
      do {
        try await couples.purgeDue(limit: 9)
        Issue.record("nothing was thrown")
      } catch let error as DatastoreError {
        #expect(error.code == .malformed)
      }
      #expect(try await due() == [others[0]])
    }
  }
}
