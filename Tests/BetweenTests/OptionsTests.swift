// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("What makes no sense")
struct OptionsTests {
  @Test("A service is not made with periods that are negative or endless, nor with empty pieces")
  func options() async throws {
    try await withCouple { setting in
      let changes: [(inout BetweenOptions) -> Void] = [
        { $0.invitationLifetime = .zero }, { $0.invitationLifetime = .seconds(-1) },
        { $0.restorePeriod = .seconds(-1) }, { $0.restorePeriod = .seconds(Int64.max) },
        { $0.backupPatience = .zero }, { $0.backupPatience = .seconds(Int64.min) },
        { $0.objectsPerPiece = 0 },
      ]
      for change in changes {
        var options = BetweenOptions.quick
        change(&options)
        await expect(.invalidOptions) {
          _ = try BetweenService(
            datastore: setting.between.datastore, clock: setting.clock,
            random: SharedGenerator(seed: 1), passwords: PlainHasher(), options: options)
        }
        await expect(.invalidOptions) {
          _ = try await setting.database.openBetween(passwords: PlainHasher(), options: options)
        }
      }
    }
  }

  @Test("A couple cannot be restored at all where the period is nought")
  func noPeriod() async throws {
    try await withCouple { setting in
      var options = BetweenOptions.quick
      options.restorePeriod = .zero
      let service = try BetweenService(
        datastore: setting.between.datastore, clock: setting.clock,
        random: SharedGenerator(seed: 1), passwords: PlainHasher(), options: options)
      try await service.couples.breakUp(by: setting.a)
      await expect(.restorePeriodOver) { _ = try await service.couples.restore(by: setting.a) }
      #expect(try await service.couples.purgeDue(limit: 1) == 1)
    }
  }

  @Test(
    "A title, a memo and a comment have something to be seen", arguments: ["", " ", "\u{200B}"])
  func blank(text: String) async throws {
    try await withCouple { setting in
      let between = setting.between
      let date = try #require(CivilDate("2026-11-30"))
      await expect(.invalidText) {
        _ = try await between.memos.write(text, by: setting.a, in: setting.couple)
      }
      await expect(.invalidText) {
        _ = try await between.photos.createAlbum(text, by: setting.a, in: setting.couple)
      }
      await expect(.invalidText) {
        _ = try await between.calendar.add(
          .init(text, on: date), by: setting.a, in: setting.couple)
      }
      let memo = try await between.memos.write("👩‍❤️‍👨", by: setting.a, in: setting.couple)
      await expect(.invalidText) {
        _ = try await between.comments.write(text, by: setting.a, on: memo)
      }
    }
  }
}
