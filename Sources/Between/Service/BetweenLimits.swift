// SPDX-License-Identifier: Apache-2.0

/// How long and how many things may be; part of what clients rely on, so that they never shrink.
public enum BetweenLimits {
  /// The longest text of a message, in bytes of UTF-8: 1 MiB.
  public static let textBytesMax = 1 << 20
  /// The longest text of a memo or a comment, in bytes: 64 KiB.
  public static let memoBytesMax = 64 << 10
  /// The longest title, caption or note, in bytes: 4 KiB.
  public static let captionBytesMax = 4 << 10
  /// The longest name of a user or of a sticker, in bytes: 256.
  public static let nameBytesMax = 256
  /// The longest address of an e-mail, in bytes: 254 (RFC 5321).
  public static let emailBytesMax = 254
  /// The longest password, in bytes: 1,024.
  public static let passwordBytesMax = 1024
  /// How much of a message's text the head of a conversation shows, in bytes: 200, cut between scalars.
  public static let previewBytesMax = 200
  /// How many of a user's last messages are known by the tokens they were sent with: 16.
  public static let recentTokensMax = 16
  /// After how many bytes of texts a page of messages ends, though more were asked for: 4 MiB.
  public static let pageBytesMax = 4 << 20
  /// The most records a page may have: 1,000.
  public static let pageMax = 1000
  /// How many notifications a user keeps; the oldest go: 200.
  public static let notificationsMax = 200
  /// How many comments a photo, a memo or an event may have: 1,000, so that it is deleted with them in one transaction.
  public static let commentsMax = 1000
  /// How many events a day of a couple's calendar may have, and how many anniversaries a day of the year: 100 each, so that a month can be read at once.
  public static let eventsPerDayMax = 100
  /// How many requests for a back-up of messages a user may have open: 3.
  public static let backupRequestsOpenMax = 3
  /// How many such requests a user keeps, done ones included: 50.
  public static let backupRequestsMax = 50
  /// How many codes are drawn for an invitation until one is free: 4.
  public static let invitationCodesDrawnMax = 4

  /// A page's size within its bounds.
  static func page(_ limit: Int) -> Int { min(max(limit, 1), pageMax) }
}
