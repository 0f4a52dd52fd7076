// SPDX-License-Identifier: Apache-2.0

/// How another app writes a conversation as a text.
public enum TranscriptFormat: String, CaseIterable, Hashable, Sendable {
  /// WhatsApp on Android: `31.12.23, 21:05 - 민지: 안녕`.
  case whatsAppAndroid = "whatsapp-android"
  /// WhatsApp on iOS: `[31.12.23, 21:05:03] 민지: 안녕`.
  case whatsAppIOS = "whatsapp-ios"
  /// KakaoTalk on phones: `2023년 12월 31일 오후 9:05, 민지 : 안녕`.
  case kakaoTalkMobile = "kakaotalk"
  /// KakaoTalk on computers: `[민지] [오후 9:05] 안녕` below a line with the day.
  case kakaoTalkPC = "kakaotalk-pc"
}

/// In which order the numbers of a day are written.
public enum DateOrder: String, CaseIterable, Hashable, Sendable {
  /// 31/12/23.
  case dayFirst = "day-first"
  /// 12/31/23.
  case monthFirst = "month-first"
}

/// What must be known of a transcript to read it.
public struct TranscriptLayout: Hashable, Sendable {
  /// The format.
  public var format: TranscriptFormat
  /// The order of day and month where the year comes last; nil: only where it can be told.
  public var dateOrder: DateOrder?
  /// Whether lines end with a carriage return and a line feed.
  public var hasCarriageReturns: Bool

  /// Describes a transcript.
  public init(
    _ format: TranscriptFormat, dateOrder: DateOrder? = nil, hasCarriageReturns: Bool = false
  ) {
    self.format = format
    self.dateOrder = dateOrder
    self.hasCarriageReturns = hasCarriageReturns
  }
}
