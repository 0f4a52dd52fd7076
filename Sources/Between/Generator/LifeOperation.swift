// SPDX-License-Identifier: Apache-2.0

/// Something that one of a couple does in the app.
public enum LifeOperation: Hashable, Sendable {
  /// Opens the conversation: the head and the last page.
  case openChat(LifePerson)
  /// Reads so many pages back from the end.
  case scrollBack(LifePerson, pages: Int)
  /// Looks how many messages are unread, without opening the conversation.
  case countUnread(LifePerson)
  /// Looks at the newest photos.
  case lookAtPhotos(LifePerson)
  /// Looks at a month of the calendar.
  case lookAtMonth(LifePerson, year: Int, month: Int)
  /// Reads the comments on the memo written last.
  case readComments(LifePerson)

  /// Sends a text.
  case send(LifePerson, text: String)
  /// Sends a sticker.
  case sendSticker(LifePerson, name: String)
  /// Marks all messages as read.
  case markRead(LifePerson)
  /// Writes a memo.
  case writeMemo(LifePerson, text: String)
  /// Puts something on the calendar.
  case addEvent(LifePerson, title: String, date: CivilDate, isYearly: Bool)
  /// Comments on the memo written last, if there is one.
  case comment(LifePerson, text: String)
  /// Adds a photo, whose key and bytes come of the number.
  case addPhoto(LifePerson, number: UInt64)

  /// Whether it changes something.
  public var isWrite: Bool {
    switch self {
    case .openChat, .scrollBack, .countUnread, .lookAtPhotos, .lookAtMonth, .readComments: false
    case .send, .sendSticker, .markRead, .writeMemo, .addEvent, .comment, .addPhoto: true
    }
  }

  /// Who does it.
  public var person: LifePerson {
    switch self {
    case .openChat(let person), .scrollBack(let person, _), .countUnread(let person),
      .lookAtPhotos(let person), .lookAtMonth(let person, _, _), .readComments(let person),
      .send(let person, _), .sendSticker(let person, _), .markRead(let person),
      .writeMemo(let person, _), .addEvent(let person, _, _, _), .comment(let person, _),
      .addPhoto(let person, _):
      person
    }
  }
}

/// One of a couple.
public struct LifePerson: Hashable, Sendable {
  /// Which couple, from 0 on.
  public var couple: Int
  /// Whether it is the one who invited.
  public var isFirst: Bool

  /// Names one of a couple.
  public init(couple: Int, isFirst: Bool) {
    self.couple = couple
    self.isFirst = isFirst
  }
}
