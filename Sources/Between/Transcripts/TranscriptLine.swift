// SPDX-License-Identifier: Apache-2.0

/// What a line of a transcript is.
enum TranscriptLine {
  /// The first line of a message; of its stamp, KakaoTalk on computers has the time alone.
  case message(TranscriptStamp, name: String, text: String)
  /// The app's own, about the conversation.
  case system
  /// The beginning of a day.
  case day(CivilDate)
  /// What goes on where the line before has ended.
  case text

  /// Reads a line, without its end.
  init(_ line: some StringProtocol, in format: TranscriptFormat) {
    var scanner = TranscriptScanner(line)
    let read: TranscriptLine? =
      switch format {
      case .whatsAppAndroid: Self.whatsApp(&scanner, isBracketed: false)
      case .whatsAppIOS: Self.whatsApp(&scanner, isBracketed: true)
      case .kakaoTalkMobile: Self.kakaoTalk(&scanner)
      case .kakaoTalkPC: Self.kakaoTalkPC(&scanner)
      }
    self = read ?? .text
  }

  /// Whether it is anything but a text that goes on.
  var begins: Bool {
    if case .text = self { false } else { true }
  }

  private static func whatsApp(
    _ scanner: inout TranscriptScanner, isBracketed: Bool
  ) -> TranscriptLine? {
    scanner.skipMarks()
    if isBracketed, !scanner.take("[" as Unicode.Scalar) { return nil }
    scanner.skipMarks()
    guard let day = scanner.takeDay() else { return nil }
    scanner.skipMarks()
    let comma = scanner.take(oneOf: [",", "،"])
    guard scanner.skipSpaces() || comma != nil else { return nil }
    var stamp = TranscriptStamp(day: day)
    guard scanner.takeTime(of: &stamp) else { return nil }
    scanner.skipMarks()
    guard scanner.take(isBracketed ? "] " : " - ") else { return nil }
    return message(scanner, stamp, colon: ": ")
  }

  private static func kakaoTalk(_ scanner: inout TranscriptScanner) -> TranscriptLine? {
    scanner.skipMarks()
    guard let day = scanner.takeDay() else { return nil }
    let comma = scanner.take("," as Unicode.Scalar)
    guard scanner.skipSpaces() || comma else { return nil }
    var stamp = TranscriptStamp(day: day)
    var ahead = scanner
    guard ahead.takeTime(of: &stamp) else {
      // `2023년 12월 31일 일요일`
      guard case .date(let date) = day, scanner.takeWord().hasSuffix("요일"), scanner.isAtEnd
      else { return nil }
      return .day(date)
    }
    if ahead.isAtEnd, case .date(let date) = day { return .day(date) }
    guard ahead.take(", ") else { return nil }
    return message(ahead, stamp, colon: " : ")
  }

  /// What is behind a stamp: a name and a text, or what the app says.
  private static func message(
    _ scanner: TranscriptScanner, _ stamp: TranscriptStamp, colon: String
  ) -> TranscriptLine {
    var scanner = scanner
    let all = scanner.rest
    if let name = scanner.take(until: colon) {
      return .message(stamp, name: trimmed(name), text: scanner.rest)
    }
    // Of an empty text, editors take the space away.
    let short = colon.dropLast()
    guard all.unicodeScalars.reversed().starts(with: short.unicodeScalars.reversed()) else {
      return .system
    }
    let name = String(all.unicodeScalars.dropLast(short.unicodeScalars.count))
    return .message(stamp, name: trimmed(name), text: "")
  }

  private static func kakaoTalkPC(_ scanner: inout TranscriptScanner) -> TranscriptLine? {
    scanner.skipMarks()
    if scanner.take("---") {
      while scanner.take("-" as Unicode.Scalar) {}
      scanner.skipSpaces()
      guard case .date(let date)? = scanner.takeDay() else { return nil }
      scanner.skipSpaces()
      _ = scanner.takeWord()
      scanner.skipSpaces()
      guard scanner.take("---") else { return nil }
      return .day(date)
    }
    guard scanner.take("[" as Unicode.Scalar), let name = scanner.take(until: "] [") else {
      return nil
    }
    var stamp = TranscriptStamp(day: .numbers(0, 0, year: 0))
    guard scanner.takeTime(of: &stamp), scanner.take("]" as Unicode.Scalar),
      scanner.isAtEnd || scanner.take(" " as Unicode.Scalar)
    else { return nil }
    return .message(stamp, name: trimmed(name), text: scanner.rest)
  }

  /// A name without the marks of direction around it.
  private static func trimmed(_ name: String) -> String {
    var scalars = Array(name.unicodeScalars)[...]
    while let first = scalars.first, TranscriptScanner.isMark(first) { scalars.removeFirst() }
    while let last = scalars.last, TranscriptScanner.isMark(last) { scalars.removeLast() }
    var trimmed = ""
    trimmed.unicodeScalars.append(contentsOf: scalars)
    return trimmed
  }
}
