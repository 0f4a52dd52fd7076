// SPDX-License-Identifier: Apache-2.0

/// What somebody does in the app; what it is done to is named by its place, as nobody remembers what there is.
public enum LifeAction: Hashable, Sendable {
  /// Opens the conversation: the head and the last page.
  case openChat
  /// Reads so many pages back from the end.
  case scrollBack(pages: Int)
  /// Looks how many messages are unread, without opening the conversation.
  case countUnread
  /// Looks at the newest photos.
  case lookAtPhotos
  /// Looks at the first photos of one of the albums.
  case lookAtAlbum(number: Int)
  /// Looks at a month of the calendar.
  case lookAtMonth(year: Int, month: Int)
  /// Reads the comments on the memo written last.
  case readComments
  /// Reads the newest notifications.
  case readNotifications

  /// Sends a text.
  case send(text: String)
  /// Sends a sticker.
  case sendSticker(name: String)
  /// Sends a photo, whose bytes come of the number.
  case sendPhoto(number: UInt64, caption: String)
  /// Sends a voice, whose bytes come of the number.
  case sendVoice(number: UInt64, milliseconds: UInt32)
  /// Marks all messages as read.
  case markRead
  /// Deletes a message on the own side, so many before the last.
  case deleteMessage(beforeLast: Int)
  /// Marks all notifications as seen.
  case seeNotifications

  /// Writes a memo.
  case writeMemo(text: String)
  /// Changes the memo written last.
  case editMemo(text: String)
  /// Comments on the memo written last.
  case comment(text: String)
  /// Puts something on the calendar; what is yearly is an anniversary.
  case addEvent(title: String, date: CivilDate, isYearly: Bool)

  /// Adds a photo, whose bytes come of the number.
  case addPhoto(number: UInt64)
  /// Deletes the newest photo.
  case deletePhoto
  /// Makes an album.
  case createAlbum(title: String)
  /// Puts the newest photo into one of the albums.
  case movePhoto(album: Int)

  /// Changes the own name.
  case rename(name: String)
  /// Asks for a copy of the own side of the conversation.
  case requestBackup
  /// Makes copies that were asked for, whoever asked: what a worker of the service does.
  case makeBackups

  /// Breaks up.
  case breakUp
  /// Makes up: both ask for what they had.
  case makeUp
  /// Begins anew: the one invites, the other accepts.
  case pairAnew
  /// Deletes what a couple had that broke up long ago: what the service does in time.
  case purge

  /// Whether it changes something.
  public var isWrite: Bool {
    switch self {
    case .openChat, .scrollBack, .countUnread, .lookAtPhotos, .lookAtAlbum, .lookAtMonth,
      .readComments, .readNotifications:
      false
    default: true
    }
  }

  /// Whether it sends a message.
  public var isMessage: Bool {
    switch self {
    case .send, .sendSticker, .sendPhoto, .sendVoice: true
    default: false
    }
  }
}
