// SPDX-License-Identifier: Apache-2.0

import Between
import Panjeon
import WideColumn

private let user = BetweenSchema.userTable
private let account = BetweenSchema.accountTable
private let couple = BetweenSchema.relationshipTable

extension HostileFile {
  typealias Change = (name: String, make: @Sendable (inout HostileFile) throws -> Void)

  static let all: [Change] = places + roots + counts + records

  /// Lines that are somewhere else.
  private static let places: [Change] = [
    (
      "a memo of another couple",
      { file in
        let row = file.stranger.keyComponent.encoded
        try file.move(12, couple) { AnyKey(table: couple, row: row, qualifier: $0.qualifier) }
      }
    ),
    (
      "a message of another user",
      { file in
        let row = file.stranger.keyComponent.encoded
        try file.move(7, user) { AnyKey(table: user, row: row, qualifier: $0.qualifier) }
      }
    ),
    (
      "another couple's conversation",
      { file in
        let qualifier = [6, 1] + file.stranger.keyComponent.encoded
        try file.move(6, user) { AnyKey(table: user, row: $0.row, qualifier: qualifier) }
      }
    ),
    (
      "a message in another couple's conversation",
      { file in
        let id = (1 as UInt64).keyComponent.encoded
        let qualifier = [7, 6] + file.stranger.keyComponent.encoded + [1] + id
        try file.move(7, user) { AnyKey(table: user, row: $0.row, qualifier: qualifier) }
      }
    ),
    (
      "an invitation",
      { file in
        try file.move(12, couple) {
          AnyKey(
            table: BetweenSchema.invitationTable, row: $0.row, qualifier: $0.qualifier)
        }
      }
    ),
    (
      "an entry of the addresses",
      { file in
        try file.move(2, account) {
          AnyKey(table: BetweenSchema.emailAccountTable, row: $0.row, qualifier: $0.qualifier)
        }
      }
    ),
    (
      "an index's column",
      { file in
        let place = try file.place(14, couple)
        guard case .record(let key, let stored) = file.lines[place] else { return }
        let qualifier: Bytes = [35, 1] + ("x" as String).keyComponent.encoded
        file.insert(
          .record(AnyKey(table: couple, row: key.row, qualifier: qualifier), stored),
          behind: file.lines.count - 2)
      }
    ),
    (
      "a message below a couple",
      { file in
        let id = (1 as UInt64).keyComponent.encoded
        try file.move(12, couple) {
          AnyKey(table: couple, row: $0.row, qualifier: [7, 1] + id)
        }
      }
    ),
    (
      "a text for an id",
      { file in
        let id = ("x" as String).keyComponent.encoded
        try file.move(12, couple) {
          AnyKey(table: couple, row: $0.row, qualifier: [12, 1] + id)
        }
      }
    ),
    (
      "the mark of something deleted",
      { file in
        try file.move(12, couple) {
          AnyKey(table: couple, row: $0.row, qualifier: [1] + $0.qualifier)
        }
      }
    ),
    (
      "a type of nobody's right below a user",
      { file in
        let id = (1 as UInt64).keyComponent.encoded
        try file.move(9, user) { AnyKey(table: user, row: $0.row, qualifier: [41, 1] + id) }
      }
    ),
    (
      "metadata of a user's conversations",
      { file in
        let place = try file.place(3, user)
        guard case .record(let key, _) = file.lines[place] else { return }
        file.insert(
          .metadata(AnyKey(table: user, row: key.row, qualifier: [6, 0]), [0xA0]), behind: place)
      }
    ),
    (
      "a record twice",
      { file in
        let place = try file.place(12, couple)
        file.insert(file.lines[place], behind: place)
      }
    ),
    (
      "two lines in another order",
      { file in
        let place = try file.place(7, user)
        file.lines.swapAt(place, place + 1)
      }
    ),
    (
      "a user behind what is below",
      { file in
        let place = try file.place(3, user)
        file.lines.swapAt(place, place + 1)
      }
    ),
  ]

  /// Roots that say something else.
  private static let roots: [Change] = [
    (
      "a header of other users",
      { file in
        file.lines[0] = .header(
          ExportHeader(
            couple: file.setting.couple, first: file.setting.a, second: file.stranger))
      }
    ),
    (
      "a couple of other users",
      { file in
        let stranger = file.stranger
        try file.change(Relationship.self, couple) { $0.second = stranger }
      }
    ),
    (
      "users the other way round",
      { file in
        try file.change(Relationship.self, couple) { record in
          (record.first, record.second) = (record.second, record.first)
        }
      }
    ),
    ("a couple being purged", { try $0.change(Relationship.self, couple) { $0.isPurging = true } }),
    ("a couple that has ended", { try $0.change(Relationship.self, couple) { $0.brokenAt = 9 } }),
    ("a user in no couple", { try $0.change(User.self, user) { $0.relationshipID = nil } }),
    (
      "a user in another couple",
      { file in
        let stranger = file.stranger
        try file.change(User.self, user) { $0.relationshipID = stranger }
      }
    ),
    (
      "a user who was in another couple",
      { file in
        let stranger = file.stranger
        try file.change(User.self, user) { $0.formerRelationshipID = stranger }
      }
    ),
    ("an invitation's code", { try $0.change(User.self, user) { $0.invitationCode = "AAAA" } }),
    ("a user without a name", { try $0.change(User.self, user) { $0.name = "" } }),
    (
      "another's account",
      { file in
        let other = file.setting.b
        try file.change(Account.self, account) { $0.userID = other }
      }
    ),
    (
      "an account without an address and a password that is not closed",
      { file in
        try file.change(Account.self, account) { record in
          record.email = ""
          record.passwordHash = ""
        }
      }
    ),
    ("no address", { try $0.change(Account.self, account) { $0.email = "nobody" } }),
    (
      "a password hash that takes hours",
      { file in
        try file.change(Account.self, account) {
          $0.passwordHash = "$argon2id$v=19$m=4194304,t=4000000000,p=1$c2FsdA$aGFzaA"
        }
      }
    ),
    ("no account", { file in file.remove(try file.place(2, account)) }),
    ("no couple", { file in file.remove(try file.place(4, couple)) }),
  ]

  /// Counts that are not so.
  private static let counts: [Change] = [
    ("fewer messages than counted", { file in file.remove(try file.place(7, user)) }),
    ("more memos than counted", { try $0.change(12, couple, 1, to: 1) }),
    ("a count without members", { try $0.change(12, couple, 1, to: -1) }),
    ("no metadata", { file in file.remove(try file.place(12, couple, metadata: true)) }),
    ("ids that never end", { try $0.change(12, couple, 2, to: Int128(UInt64.max)) }),
    ("ids that have been given", { try $0.change(12, couple, 2, to: 2) }),
    ("message ids that are left out", { try $0.change(7, user, 2, to: 99) }),
    ("a count of notifications", { try $0.change(8, user, 1, to: 1) }),
    ("notification ids that never end", { try $0.change(8, user, 2, to: Int128(UInt64.max)) }),
    ("a wrong end", { file in file.lines[file.lines.count - 1] = .end(count: 3) }),
  ]

  /// Records that contradict others.
  private static let records: [Change] = [
    (
      "bytes that are no record",
      { file in
        let place = try file.place(12, couple)
        guard case .record(let key, _) = file.lines[place] else { return }
        file.lines[place] = .record(key, [0xFF])
      }
    ),
    (
      "a message that the other side has otherwise",
      { try $0.change(Message.self, user) { $0.content = .text("nothing") } }
    ),
    (
      "a message of a stranger",
      { file in
        let stranger = file.stranger
        try file.change(Message.self, user) { $0.sender = stranger }
      }
    ),
    (
      "a head that overflows",
      { file in
        try file.change(Conversation.self, user) { head in
          head.issued = .max
          head.deletedCount = .max
        }
      }
    ),
    ("a head behind", { try $0.change(Conversation.self, user) { $0.issued = 2 } }),
    (
      "a head of another partner",
      { file in
        let stranger = file.stranger
        try file.change(Conversation.self, user) { $0.partner = stranger }
      }
    ),
    ("an unread count", { try $0.change(Conversation.self, user) { $0.unreadCount += 1 } }),
    (
      "a notification of another couple",
      { file in
        let stranger = file.stranger
        try file.change(Notification.self, user) { $0.couple = stranger }
      }
    ),
    (
      "a request of another couple",
      { file in
        let stranger = file.stranger
        try file.change(BackupRequest.self, user) { $0.couple = stranger }
      }
    ),
    ("a request that is done", { try $0.change(BackupRequest.self, user) { $0.state = .done } }),
    (
      "a memo of a stranger",
      { file in
        let stranger = file.stranger
        try file.change(Memo.self, couple) { $0.author = stranger }
      }
    ),
    (
      "a memo that is too long",
      { try $0.change(Memo.self, couple) { $0.text = String(repeating: "x", count: 70_000) } }
    ),
  ]
}
