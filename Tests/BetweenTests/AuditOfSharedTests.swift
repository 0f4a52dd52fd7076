// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing

@Suite("BetweenAudit of what is shared")
struct AuditOfSharedTests {
  /// Shares something of each kind, does harm, and expects the audit to find what it has broken, and nothing else.
  private func planting(
    _ invariants: Invariant..., location: SourceLocation = #_sourceLocation,
    _ harm: (Setting, Key<Relationship>) async throws -> Void
  ) async throws {
    try await withCouple(auditsAtEnd: false) { setting in
      let between = setting.between
      let album = try await between.photos.createAlbum("x", by: setting.a, in: setting.couple)
      let blob = try await between.upload(.bytes([1]), type: "image/jpeg")
      let photo = try await between.photos.add(
        blob, by: setting.a, in: setting.couple, album: album.id())
      try await between.comments.write("c", by: setting.b, on: photo)
      let memo = try await between.memos.write("m", by: setting.a, in: setting.couple)
      try await between.comments.write("c", by: setting.b, on: memo)
      let date = try #require(CivilDate("2026-11-30"))
      try await between.calendar.add(.init("e", on: date), by: setting.b, in: setting.couple)
      _ = try await between.backups.request(by: setting.a, in: setting.couple)
      try await setting.expectSound()
      try await harm(setting, Key(.relationship, setting.couple))
      let violated = try await setting.violated()
      #expect(violated == Set(invariants), sourceLocation: location)
    }
  }

  @Test("An album that counts wrongly is found, and one that is not there")
  func albums() async throws {
    try await planting(.albumsCountPhotos) { setting, couple in
      try await setting.plant(at: Key(couple, .album, 1)) { $0.photoCount = 2 }
    }
    try await planting(.albumsCountPhotos) { setting, couple in
      try await setting.between.datastore.delete(Key(couple, .album, 1))
    }
  }

  @Test("What somebody else has shared is found, and a comment on nothing")
  func authors() async throws {
    let stranger = RandomID(high: 3, low: 3)
    try await planting(.sharedByPartners) { setting, couple in
      try await setting.plant(at: Key(couple, .memo, 1)) { $0.author = stranger }
    }
    try await planting(.sharedByPartners) { setting, couple in
      try await setting.plant(at: Key(couple, .event, 1)) { $0.author = stranger }
    }
    try await planting(.sharedByPartners) { setting, couple in
      try await setting.plant(at: Key(Key(couple, .photo, 1), .comment, 1)) {
        $0.author = stranger
      }
    }
    try await planting(.sharedByPartners) { setting, couple in
      try await setting.between.datastore.delete(Key(couple, .memo, 1))
    }
  }

  @Test("A notification of a couple that is not there is found")
  func notifications() async throws {
    try await planting(.noticesAreBounded) { setting, _ in
      try await setting.plant(at: Key(Key(.user, setting.b), .notification, 1)) {
        $0.couple = RandomID(high: 3, low: 3)
      }
    }
  }

  @Test("A notification that is about something of another type is found, or about nothing")
  func subjects() async throws {
    for type in [12, nil] {
      try await planting(.notificationsHaveSubjects) { setting, _ in
        try await setting.plant(at: Key(Key(.user, setting.b), .notification, 1)) {
          $0.subjectType = type
        }
      }
    }
    try await planting(.notificationsHaveSubjects) { setting, _ in
      try await setting.plant(at: Key(Key(.user, setting.b), .notification, 1)) {
        $0.kind = .brokeUp
      }
    }
  }

  @Test("A day with too many events is found")
  func days() async throws {
    try await planting(.daysAreBounded) { setting, couple in
      let event = try #require(
        try await setting.between.datastore.get(Key(couple, .event, 1)))
      try await setting.between.write { transaction in
        for _ in 0..<BetweenLimits.eventsPerDayMax {
          try await transaction.insert(event, .event, under: couple)
        }
      }
    }
  }

  @Test("A back-up that is done without a copy is found")
  func backups() async throws {
    try await planting(.backupsHaveCopies) { setting, _ in
      try await setting.plant(at: Key(Key(.user, setting.a), .backupRequest, 1)) {
        $0.state = .done
      }
    }
  }

  @Test("A caption, a memo or a title that is too long is found, and bytes that are gone")
  func limits() async throws {
    let long = String(repeating: "x", count: 70_000)
    try await planting(.withinLimits) { setting, couple in
      try await setting.plant(at: Key(couple, .photo, 1)) { $0.caption = long }
    }
    try await planting(.withinLimits) { setting, couple in
      try await setting.plant(at: Key(couple, .memo, 1)) { $0.text = long }
    }
    try await planting(.withinLimits) { setting, couple in
      try await setting.plant(at: Key(couple, .event, 1)) { $0.title = long }
    }
    try await planting(.blobsAreThere) { setting, couple in
      let photo = try await setting.between.datastore.get(Key(couple, .photo, 1))
      try await setting.blobs.delete(try #require(photo).blob.key)
    }
  }
}
