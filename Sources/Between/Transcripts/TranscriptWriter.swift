// SPDX-License-Identifier: Apache-2.0

/// Writes messages as another app would, so that ``TranscriptReader`` reads the same ones.
///
/// The same but for their moments, which are cut to the second (WhatsApp on iOS) or the minute. A line of a text that would be read as the beginning of a message gets a mark before it that is not seen,
/// U+2060, which the reader takes away again.
public struct TranscriptWriter: Sendable {
  private let format: TranscriptFormat
  private var day: CivilDate?
  private var isAtStart = true

  /// Begins a transcript.
  public init(_ format: TranscriptFormat) { self.format = format }

  /// What a transcript is read with that was written here.
  public var layout: TranscriptLayout { TranscriptLayout(format) }

  /// Writes a message.
  ///
  /// - Parameter message: The message, not earlier than the one before.
  /// - Returns: Its lines, each ended by a line feed, with what comes before them.
  /// - Throws: `invalidName` for a name that could not be told from what is around it.
  public mutating func text(of message: TranscriptMessage) throws(BetweenError) -> String {
    try check(message.name)
    // The first line is the app's, and says that there are no carriage returns.
    var text = isAtStart ? "Between\n" : ""
    text += dayLines(message.moment.date)
    isAtStart = false
    text += head(of: message.moment, message.name)
    var isFirst = true
    for line in Self.lines(of: message.text) {
      let written = isFirst ? line : "\n" + TranscriptShield.added(to: line, in: format)
      text.unicodeScalars.append(contentsOf: written.unicodeScalars)
      isFirst = false
    }
    text.unicodeScalars.append("\n")
    return text
  }

  /// The lines of a text; a carriage return does not end one.
  private static func lines(of text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private mutating func dayLines(_ date: CivilDate) -> String {
    guard date != day else { return "" }
    day = date
    let name = Self.koreanName(of: date)
    return switch format {
    case .whatsAppAndroid, .whatsAppIOS: ""
    case .kakaoTalkMobile: (isAtStart ? "" : "\n") + name + "\n"
    case .kakaoTalkPC: "--------------- \(name) ---------------\n"
    }
  }

  private func head(of moment: LocalMoment, _ name: String) -> String {
    let time = Self.digits(moment.hour) + ":" + Self.digits(moment.minute)
    let korean =
      (moment.hour < 12 ? "오전 " : "오후 ")
      + "\((moment.hour + 11) % 12 + 1):\(Self.digits(moment.minute))"
    return switch format {
    case .whatsAppAndroid: "\(moment.date), \(time) - \(name): "
    case .whatsAppIOS: "[\(moment.date), \(time):\(Self.digits(moment.second))] \(name): "
    case .kakaoTalkMobile:
      "\(moment.date.year)년 \(moment.date.month)월 \(moment.date.day)일 \(korean), \(name) : "
    case .kakaoTalkPC: "[\(name)] [\(korean)] "
    }
  }

  private static func digits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

  private static func koreanName(of date: CivilDate) -> String {
    let weekday = ["일", "월", "화", "수", "목", "금", "토"][date.weekday]
    return "\(date.year)년 \(date.month)월 \(date.day)일 \(weekday)요일"
  }

  /// Throws `invalidName` for a name that would not be read back.
  private func check(_ name: String) throws(BetweenError) {
    guard let date = CivilDate(year: 2000, month: 1, day: 1),
      let moment = LocalMoment(date, hour: 0, minute: 0),
      !name.isEmpty, !name.unicodeScalars.contains("\n"),
      case .message(_, let read, "") = TranscriptLine(head(of: moment, name), in: format),
      read.utf8.elementsEqual(name.utf8)
    else {
      throw BetweenError(.invalidName, "the name cannot be told from what is around it")
    }
  }
}
