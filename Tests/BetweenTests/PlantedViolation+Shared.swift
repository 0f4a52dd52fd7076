// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import PanjeonTesting
import Testing
import WideColumn

extension PlantedViolation {
  private static var stranger: RandomID { RandomID(high: 3, low: 3) }

  /// Changes a record below the couple, or elsewhere.
  private static func record<R: Record>(
    _ name: String, _ violated: Set<Invariant>, _ key: @escaping (Setting) async throws -> Key<R>,
    _ change: @escaping (inout R) -> Void
  ) -> Self {
    Self(name, violated) { try await $0.plant(at: try await key($0), change) }
  }

  private static func photo(_ setting: Setting) -> Key<Photo> { Key(setting.shared, .photo, 1) }
  private static func album(_ setting: Setting) -> Key<Album> { Key(setting.shared, .album, 1) }
  private static func memo(_ setting: Setting) -> Key<Memo> { Key(setting.shared, .memo, 1) }
  private static func event(_ setting: Setting) -> Key<Event> { Key(setting.shared, .event, 1) }
  private static func comment(_ setting: Setting) -> Key<Between.Comment> {
    Key(memo(setting), .comment, 1)
  }
  private static func request(_ setting: Setting) -> Key<BackupRequest> {
    Key(Key(.user, setting.a), .backupRequest, 1)
  }
  private static func notification(_ setting: Setting) -> Key<Between.Notification> {
    Key(Key(.user, setting.b), .notification, 1)
  }

  static var albumsCountPhotos: [Self] {
    [
      record("an album counts more", [.albumsCountPhotos], album) { $0.photoCount = 2 },
      record("an album counts all there can be", [.albumsCountPhotos], album) {
        $0.photoCount = .max
      },
      record("a photo is in another album", [.albumsCountPhotos], photo) { $0.albumID = .max },
      Self("an album is not there", [.albumsCountPhotos]) {
        try await $0.between.datastore.delete(album($0))
      },
    ]
  }

  static var sharedByPartners: [Self] {
    [
      record("an album is a stranger's", [.sharedByPartners], album) { $0.author = stranger },
      record("a photo is a stranger's", [.sharedByPartners], photo) { $0.author = stranger },
      record("a memo is a stranger's", [.sharedByPartners], memo) { $0.author = stranger },
      record("an event is a stranger's", [.sharedByPartners], event) { $0.author = stranger },
      record("a comment is a stranger's", [.sharedByPartners], comment) { $0.author = stranger },
      Self("a comment is on nothing", [.sharedByPartners]) {
        try await $0.between.datastore.delete(memo($0))
      },
    ]
  }

  static var noticesAreBounded: [Self] {
    [
      record("a notification is of no couple", [.noticesAreBounded], notification) {
        $0.couple = stranger
      },
      record("a request is of no couple", [.noticesAreBounded], request) { $0.couple = stranger },
      Self("there are more notifications than may be", [.noticesAreBounded]) { setting in
        try await insert(BetweenLimits.notificationsMax + 1, at: notification(setting), setting)
      },
      Self("there are more requests than may be open", [.noticesAreBounded]) { setting in
        try await insert(BetweenLimits.backupRequestsOpenMax + 1, at: request(setting), setting)
      },
    ]
  }

  /// Puts copies of a record beside it, until there are so many.
  private static func insert<R: Record>(
    _ count: Int, at key: Key<R>, _ setting: Setting
  ) async throws {
    let user = try #require(key.ancestor(.user))
    try await setting.between.write { transaction in
      let record = try #require(try await transaction.get(key))
      for _ in try await transaction.count(R.objectType, of: user)..<count {
        try await transaction.insert(record, R.objectType, under: user)
      }
    }
  }

  static var notificationsHaveSubjects: [Self] {
    [
      record("a notification is about another type", [.notificationsHaveSubjects], notification) {
        $0.subjectType = 12
      },
      record("a notification is about nothing", [.notificationsHaveSubjects], notification) {
        $0.subjectType = nil
      },
      record("one of the couple is about something", [.notificationsHaveSubjects], notification) {
        $0.kind = .brokeUp
      },
    ]
  }

  static var daysAreBounded: [Self] {
    [
      Self("a day has more events than may be", [.daysAreBounded]) { setting in
        try await setting.between.write { transaction in
          let record = try #require(try await transaction.get(event(setting)))
          for _ in 0..<BetweenLimits.eventsPerDayMax {
            try await transaction.insert(record, .event, under: setting.shared)
          }
        }
      }
    ]
  }

  static var backupsHaveCopies: [Self] {
    [
      record("a back-up is done, without a copy", [.backupsHaveCopies], request) {
        $0.state = .done
      }
    ]
  }

  static var withinLimits: [Self] {
    let long = String(repeating: "x", count: BetweenLimits.memoBytesMax + 1)
    func text(_ name: String, _ change: @escaping (inout Message) -> Void) -> Self {
      Self(name, [.withinLimits]) { setting in
        for user in [setting.a, setting.b] {
          try await setting.plant(at: Key(setting.head(user), .message, 2), change)
        }
      }
    }
    return [
      record("an address is long", [.withinLimits], { try await $0.account(of: $0.a) }) {
        $0.email = "\(long.prefix(300))@x"
      },
      record("a name is long", [.withinLimits], { Key(.user, $0.a) }) { $0.name = long },
      record("a name is empty", [.withinLimits], { Key(.user, $0.a) }) { $0.name = "" },
      text("a text is long") {
        $0.content = .text(String(repeating: "x", count: BetweenLimits.textBytesMax + 1))
      },
      Self("there are more tokens than may be", [.withinLimits]) { setting in
        for number in 0...UInt64(BetweenLimits.recentTokensMax) {
          _ = try await setting.between.messaging.send(
            .text("x"), from: setting.a, in: setting.couple, token: RandomID(high: 1, low: number))
        }
        try await setting.plant(at: setting.head(setting.a)) { head in
          let tokens = head.recentTokens ?? []
          head.recentTokens = tokens + tokens.suffix(1)
        }
      },
      text("a sticker's name is long") { $0.content = .sticker(long) },
      record("an album's title is long", [.withinLimits], album) { $0.title = long },
      record("a caption is long", [.withinLimits], photo) { $0.caption = long },
      record("a memo is long", [.withinLimits], memo) { $0.text = long },
      record("an event's title is long", [.withinLimits], event) { $0.title = long },
      record("an event's note is long", [.withinLimits], event) { $0.note = long },
      record("a comment is long", [.withinLimits], comment) { $0.text = long },
      Self("there are more comments than may be", [.withinLimits]) { setting in
        try await setting.between.write { transaction in
          let record = try #require(try await transaction.get(comment(setting)))
          for _ in 0..<BetweenLimits.commentsMax {
            try await transaction.insert(record, .comment, under: memo(setting))
          }
        }
      },
    ]
  }

  static var blobsAreThere: [Self] {
    [
      Self("the bytes of a photo are gone", [.blobsAreThere]) { setting in
        let photo = try await setting.between.datastore.get(photo(setting))
        try await setting.blobs.delete(try #require(photo).blob.key)
      },
      Self("the bytes of a voice are gone", [.blobsAreThere]) { setting in
        let key = Key(setting.head(setting.a), .message, UInt64(5))
        let voice = try await setting.between.datastore.get(key)
        try await setting.blobs.delete(try #require(voice?.content.blob).key)
      },
      record("a photo has other bytes than it says", [.blobsAreThere], photo) {
        $0.blob.size = .max
      },
    ]
  }
}
