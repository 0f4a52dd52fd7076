// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("Photos, albums, memos and comments")
struct SharedTests {
  private func blob(_ setting: Setting, _ byte: UInt8) async throws -> Blob {
    try await setting.between.upload(.bytes([byte]), type: "image/jpeg")
  }

  @Test("Photos are found by date and by album, in pages, and counted by their albums")
  func photos() async throws {
    try await withCouple { setting in
      let photos = setting.between.photos
      let trip = try await photos.createAlbum("제주도", by: setting.a, in: setting.couple)
      let tripID: UInt64 = try #require(trip.id())
      for number in [5, 3, 9, 1, 7] {
        try await photos.add(
          try await blob(setting, UInt8(number)), by: setting.a, in: setting.couple,
          takenAt: Timestamp(microseconds: Int64(number)), caption: "\(number)",
          album: number > 4 ? tripID : nil)
      }
      let (all, album, part) = try await setting.between.read { reader in
        let first = try await photos.photos(of: setting.couple, limit: 3, in: &reader)
        let rest = try await photos.photos(
          of: setting.couple, limit: 3, after: first.next, in: &reader)
        return (
          (first.entries + rest.entries).map(\.record.caption),
          try await photos.photos(ofAlbum: tripID, of: setting.couple, limit: 9, in: &reader)
            .entries.map(\.record.caption),
          try await photos.photos(of: setting.couple, takenIn: 3..<7, limit: 9, in: &reader)
            .entries.map(\.record.caption)
        )
      }
      #expect(all == ["9", "7", "5", "3", "1"])
      #expect(album == ["5", "7", "9"])
      #expect(part == ["5", "3"])
      try await photos.move(1, to: nil, by: setting.b, in: setting.couple)
      try await photos.move(2, to: tripID, by: setting.b, in: setting.couple)
      try await photos.setCaption("bearbeitet", of: 2, by: setting.b, in: setting.couple)
      try await photos.delete(3, by: setting.b, in: setting.couple)
      try await setting.expectSound()
      let albums = try await setting.between.read {
        try await photos.albums(of: setting.couple, limit: 9, in: &$0)
      }
      #expect(albums.entries.map(\.record.photoCount) == [2])
      try await photos.deleteAlbum(tripID, by: setting.a, in: setting.couple)
      let rest = try await setting.between.datastore.count(
        .photo, of: Key(.relationship, setting.couple))
      #expect(rest == 4)
      await expect(.noSuchObject) {
        try await photos.move(1, to: tripID, by: setting.a, in: setting.couple)
      }
      await expect(.noSuchObject) {
        try await photos.add(
          try await blob(setting, 1), by: setting.a, in: setting.couple, album: tripID)
      }
    }
  }

  @Test("A photo is deleted with its comments and its bytes, whoever deletes it")
  func deletion() async throws {
    try await withCouple { setting in
      let between = setting.between
      let bytes = try await blob(setting, 1)
      let photo = try await between.photos.add(bytes, by: setting.a, in: setting.couple)
      for number in 0..<7 {
        try await between.comments.write("\(number)", by: setting.b, on: photo)
      }
      try await between.photos.delete(1, by: setting.b, in: setting.couple)
      #expect(try await setting.keysAfterCollecting().isEmpty)
      await expect(.noSuchObject) {
        try await between.comments.write("late", by: setting.a, on: photo)
      }
      let comments = try await between.read {
        try await between.comments.comments(
          by: setting.b, in: setting.couple, limit: 9, in: &$0)
      }
      #expect(comments.entries.isEmpty)
    }
  }

  @Test("Memos are read in order, changed and deleted by either of the two")
  func memos() async throws {
    try await withCouple { setting in
      let memos = setting.between.memos
      for number in 1...4 {
        try await memos.write(
          "memo \(number)", by: number % 2 == 0 ? setting.a : setting.b, in: setting.couple)
      }
      try await memos.edit(2, to: "뜻밖에", by: setting.b, in: setting.couple)
      try await memos.delete(3, by: setting.a, in: setting.couple)
      let found = try await setting.between.read {
        try await memos.memos(of: setting.couple, limit: 9, in: &$0)
      }
      #expect(found.entries.map(\.record.text) == ["memo 1", "뜻밖에", "memo 4"])
      #expect(found.entries[1].record.editedAt != nil)
      await expect(.invalidText) { try await memos.write("", by: setting.a, in: setting.couple) }
      await expect(.tooLong) {
        try await memos.write(
          String(repeating: "x", count: 65_537), by: setting.a, in: setting.couple)
      }
      await expect(.noSuchObject) {
        try await memos.edit(3, to: "x", by: setting.a, in: setting.couple)
      }
    }
  }

  @Test("Comments stay with what they are on, and only who wrote one deletes it")
  func comments() async throws {
    try await withCouple { setting in
      let comments = setting.between.comments
      let memo = try await setting.between.memos.write("m", by: setting.a, in: setting.couple)
      let photo = try await setting.between.photos.add(
        try await blob(setting, 1), by: setting.a, in: setting.couple)
      let first = try await comments.write("on the memo", by: setting.b, on: memo)
      setting.clock.advance(by: .seconds(1))
      try await comments.write("on the photo", by: setting.b, on: photo)
      try await comments.write("another", by: setting.a, on: photo)
      let (onPhoto, byB) = try await setting.between.read { reader in
        (
          try await comments.comments(on: photo, limit: 9, in: &reader).entries.map(\.record.text),
          try await comments.comments(by: setting.b, in: setting.couple, limit: 9, in: &reader)
            .entries.map(\.record.text)
        )
      }
      #expect(onPhoto == ["on the photo", "another"])
      #expect(byB == ["on the photo", "on the memo"])
      await expect(.notYours) { try await comments.delete(first, by: setting.a) }
      try await comments.delete(first, by: setting.b)
      await expect(.noSuchObject) { try await comments.delete(first, by: setting.b) }
      await expect(.notPaired) {
        try await comments.write("x", by: RandomID(high: 1, low: 1), on: photo)
      }
    }
  }

  @Test("What a couple shared is purged with it")
  func purge() async throws {
    try await withCouple { setting in
      let between = setting.between
      for number in 0..<40 {
        let bytes = try await blob(setting, UInt8(number))
        let photo = try await between.photos.add(bytes, by: setting.a, in: setting.couple)
        try await between.comments.write("c", by: setting.b, on: photo)
      }
      try await between.memos.write("m", by: setting.a, in: setting.couple)
      _ = try await between.backups.request(by: setting.a, in: setting.couple)
      let request = try #require(try await between.backups.start(limit: 1).first)
      let copy = try await blob(setting, 99)
      try await between.backups.finish(request, with: copy, messageCount: 0)
      try await between.couples.breakUp(by: setting.a)
      setting.clock.advance(by: between.options.restorePeriod)
      try await between.couples.purge(setting.couple)
      #expect(setting.blobs.allKeys.count == 41)
      #expect(try await setting.keysAfterCollecting().isEmpty)
      let row = try await between.read { reader in
        try await reader.get(
          Get(Key(.relationship, setting.couple).any.row), in: BetweenSchema.relationshipTable)
      }
      let left = row.map(Array.init)?.filter {
        $0.column.family == AnyKey.family
          && KeyPathParts($0.column.qualifier)?.kind != .deletion
      }
      #expect(left?.isEmpty ?? true)
    }
  }
}

@Suite("Calendar")
struct CalendarTests {
  private func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

  @Test("A month has its events and the anniversaries of years before, day by day")
  func month() async throws {
    try await withCouple { setting in
      let calendar = setting.between.calendar
      for (title, day, isYearly) in [
        ("dinner", "2026-11-30", false), ("first day", "2020-11-05", true),
        ("trip", "2026-11-01", false), ("later", "2026-12-01", false),
        ("future", "2027-11-09", true), ("birthday", "1990-12-01", true),
        ("same day", "2026-11-05", false), ("before", "2026-10-31", false),
      ] {
        try await calendar.add(
          .init(title, on: try date(day), isYearly: isYearly), by: setting.a, in: setting.couple)
      }
      let found = try await setting.between.read {
        try await calendar.month(11, of: 2026, of: setting.couple, in: &$0)
      }
      #expect(found.map(\.event.record.title) == ["trip", "first day", "same day", "dinner"])
      #expect(found.map(\.years) == [0, 6, 0, 0])
      let day = try date("2030-12-01")
      let onDay = try await setting.between.read {
        try await calendar.day(day, of: setting.couple, in: &$0)
      }
      #expect(onDay.map(\.event.record.title) == ["birthday"] && onDay[0].years == 40)
      await expect(.invalidDate) {
        _ = try await setting.between.read {
          try await calendar.month(13, of: 2026, of: setting.couple, in: &$0)
        }
      }
    }
  }

  @Test("The anniversary of a leap day is on the 28th, once, in years that have no 29th")
  func leapDay() async throws {
    try await withCouple { setting in
      let calendar = setting.between.calendar
      try await calendar.add(
        .init("leap", on: try date("2024-02-29"), isYearly: true), by: setting.a,
        in: setting.couple)
      for (year, expected) in [
        (2024, "2024-02-29"), (2025, "2025-02-28"), (2028, "2028-02-29"), (2100, "2100-02-28"),
      ] {
        let found = try await setting.between.read {
          try await calendar.month(2, of: year, of: setting.couple, in: &$0)
        }
        #expect(found.map(\.date.description) == [expected])
        for day in ["02-27", "02-28", "02-29", "03-01"] {
          guard let date = CivilDate("\(year)-\(day)") else { continue }
          let onDay = try await setting.between.read {
            try await calendar.day(date, of: setting.couple, in: &$0)
          }
          #expect(onDay.count == (date.description == expected ? 1 : 0), "\(date)")
        }
      }
    }
  }

  @Test("An event that is changed is found where it is now, and a deleted one nowhere")
  func changes() async throws {
    try await withCouple { setting in
      let calendar = setting.between.calendar
      let event = try await calendar.add(
        .init("x", on: try date("2026-11-30")), by: setting.a, in: setting.couple)
      try await setting.between.comments.write("yes", by: setting.b, on: event)
      try await calendar.change(
        1, to: .init("y", on: try date("2026-12-24"), isYearly: true), by: setting.b,
        in: setting.couple)
      try await setting.expectSound()
      func titles(_ month: Int, _ year: Int) async throws -> [String] {
        try await setting.between.read {
          try await calendar.month(month, of: year, of: setting.couple, in: &$0)
        }.map(\.event.record.title)
      }
      #expect(try await titles(11, 2026) == [])
      #expect(try await titles(12, 2030) == ["y"])
      try await calendar.delete(1, by: setting.a, in: setting.couple)
      #expect(try await titles(12, 2030) == [])
    }
  }
}
