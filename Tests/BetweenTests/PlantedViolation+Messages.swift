// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import Testing
import WideColumn

extension PlantedViolation {
  /// Changes the head of a side.
  private static func head(
    _ name: String, _ violated: Set<Invariant>, _ change: @escaping (inout Conversation) -> Void
  ) -> Self {
    Self(name, violated) { try await $0.plant(at: $0.head($0.a), change) }
  }

  /// Changes the second message, on one side or on both.
  private static func message(
    _ name: String, _ violated: Set<Invariant>, onBoth: Bool = false,
    _ change: @escaping (inout Message) -> Void
  ) -> Self {
    Self(name, violated) { setting in
      for user in onBoth ? [setting.a, setting.b] : [setting.a] {
        try await setting.plant(at: Key(setting.head(user), .message, 2), change)
      }
    }
  }

  static var conversationHasCouple: [Self] {
    [
      Self("a conversation is with somebody else", [.conversationHasCouple]) { setting in
        try await setting.plant(at: setting.head(setting.a)) { $0.partner = setting.a }
      },
      Self("a conversation is missing", [.conversationHasCouple]) { setting in
        _ = try await setting.between.datastore.deleteSubtree(setting.head(setting.a))
      },
      Self("a conversation is of no couple", [.conversationHasCouple]) { setting in
        let stray = Key(Key(.user, setting.a), .conversation, RandomID(high: 3, low: 3))
        try await setting.between.write { transaction in
          try await transaction.insert(Conversation(partner: setting.b), at: stray)
        }
      },
    ]
  }

  static var senderIsPartner: [Self] {
    [
      message("a message is from a stranger", [.senderIsPartner, .unreadIsCounted], onBoth: true) {
        $0.sender = RandomID(high: 9, low: 9)
      }
    ]
  }

  static var messagesAreInOrder: [Self] {
    [
      message("a message is out of its time", [.messagesAreInOrder], onBoth: true) {
        $0.sentAt = 1
      },
      message("a message is later than the last", [.messagesAreInOrder], onBoth: true) {
        $0.sentAt = .max
      },
      Self(
        "the next id is not the one behind the last", [.messagesAreInOrder, .messagesAreAccounted]
      ) { setting in
        for user in [setting.a, setting.b] {
          try await setting.plant(at: setting.head(user)) { $0.issued += 1 }
        }
      },
      Self(
        "the last id there is was given",
        [
          .messagesAreInOrder, .messagesAreAccounted, .sidesAgree, .headIsLastMessage,
          .unreadIsCounted,
        ]
      ) { setting in
        let key = setting.head(setting.a)
        let message = Message(sender: setting.b, sentAt: .max, content: .text("x"))
        try await setting.between.write { transaction in
          try await transaction.insert(message, at: Key(key, .message, UInt64.max))
        }
        try await setting.plant(at: key) { $0.issued = .max }
      },
    ]
  }

  static var messagesAreAccounted: [Self] {
    [
      Self("a message is lost", [.messagesAreAccounted]) {
        _ = try await $0.between.datastore.delete(Key($0.head($0.a), .message, 2))
      },
      head("more were deleted than there are numbers", [.messagesAreAccounted]) {
        $0.deletedCount = .max
      },
    ]
  }

  static var sidesAgree: [Self] {
    [
      message("a message says something else on one side", [.sidesAgree]) {
        $0.content = .text("something else")
      },
      Self("a field that nobody knows is on one side alone", [.sidesAgree]) { setting in
        let place = Key(setting.head(setting.a), .message, 2).any
        let stored = try #require(
          try await setting.cells(of: place.table).first { $0.place == place }?.stored)
        guard case .map(var fields) = try RecordValue(decoding: stored) else { return }
        fields.append(.init(key: .integer(99), value: .integer(1)))
        try await setting.plant(try RecordValue.map(fields).encode(), at: place)
      },
      head(
        "more were sent on one side", [.sidesAgree, .messagesAreAccounted, .messagesAreInOrder]
      ) { $0.issued += 1 },
      head(
        "all there can be were sent on one side",
        [.sidesAgree, .messagesAreAccounted, .messagesAreInOrder]
      ) { $0.issued = .max },
      head("the last was sent later on one side", [.sidesAgree]) { $0.lastSentAt = .max },
    ]
  }

  static var headIsLastMessage: [Self] {
    [
      head("the text is another", [.headIsLastMessage]) { $0.lastText = "x" },
      head("the last is another", [.headIsLastMessage]) { $0.lastMessageID = 3 },
      head("the last is beyond all", [.headIsLastMessage]) { $0.lastMessageID = .max },
    ]
  }

  static var unreadIsCounted: [Self] {
    [
      head("one more is unread", [.unreadIsCounted]) { $0.unreadCount += 1 },
      head("as many as can be are unread", [.unreadIsCounted]) { $0.unreadCount = .max },
    ]
  }

  static var marksAgree: [Self] {
    [
      head("the partner's mark is another", [.marksAgree]) { $0.partnerReadThrough = 1 },
      head("the partner's mark is beyond all", [.marksAgree]) { $0.partnerReadThrough = .max },
      Self("a mark is behind the last message", [.marksAgree]) { setting in
        try await setting.between.messaging.markRead(by: setting.a, in: setting.couple)
        try await setting.plant(at: setting.head(setting.a)) { $0.readThrough = .max }
        try await setting.plant(at: setting.head(setting.b)) { $0.partnerReadThrough = .max }
      },
    ]
  }
}
