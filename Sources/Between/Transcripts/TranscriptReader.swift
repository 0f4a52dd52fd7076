// SPDX-License-Identifier: Apache-2.0

/// Reads the messages of a transcript, line by line.
///
/// ```swift
/// var reader = TranscriptReader(layout)
/// for line in lines { if let message = try reader.add(line) { … } }
/// if let last = reader.finish() { … }
/// ```
///
/// A message has as many lines as come before the next one begins. Left out is what the app says itself, and what is before the first message. What KakaoTalk writes on computers when somebody
/// comes or leaves cannot be told from a text that goes on.
public struct TranscriptReader: Sendable {
  private let layout: TranscriptLayout
  private var day: CivilDate?
  private var message: TranscriptMessage?
  private var lineNumber = 0

  /// Begins to read a transcript.
  public init(_ layout: TranscriptLayout) { self.layout = layout }

  /// Takes the next line, without its line feed.
  ///
  /// - Returns: The message that has ended before this line, if there is one.
  /// - Throws: `malformedTranscript` for a day that is none, a time without a day, and where it cannot be told whether the day or the month comes first; `tooLong`.
  public mutating func add(_ line: String) throws(BetweenError) -> TranscriptMessage? {
    lineNumber += 1
    let line = layout.hasCarriageReturns ? Self.withoutCarriageReturn(line) : line
    switch TranscriptLine(line, in: layout.format) {
    case .message(let stamp, let name, let text):
      let before = message
      message = TranscriptMessage(moment: try moment(stamp), name: name, text: text)
      return before
    case .system: return finish()
    case .day(let date):
      day = date
      return endDay()
    case .text:
      try goOn(line)
      return nil
    }
  }

  /// Ends the transcript; returns the last message, if there is one.
  public mutating func finish() -> TranscriptMessage? { message.take() }

  /// On phones, KakaoTalk leaves a line free before each day.
  private mutating func endDay() -> TranscriptMessage? {
    guard var message = message.take() else { return nil }
    if layout.format == .kakaoTalkMobile, message.text.utf8.last == UInt8(ascii: "\n") {
      message.text.unicodeScalars.removeLast()
    }
    return message
  }

  private func moment(_ stamp: TranscriptStamp) throws(BetweenError) -> LocalMoment {
    var stamp = stamp
    if layout.format == .kakaoTalkPC {
      guard let day else { throw malformed("a time without a day") }
      stamp.day = .date(day)
    }
    guard let moment = stamp.moment(layout.dateOrder) else {
      throw malformed("no such day or time, or its order is not known")
    }
    return moment
  }

  private mutating func goOn(_ line: String) throws(BetweenError) {
    guard message != nil else { return }
    message?.text.unicodeScalars.append("\n")
    message?.text.unicodeScalars.append(
      contentsOf: TranscriptShield.removed(from: line, in: layout.format).unicodeScalars)
    guard let bytes = message?.text.utf8.count, bytes <= BetweenLimits.textBytesMax + 1 else {
      throw BetweenError(
        .tooLong,
        "line \(lineNumber): a message of more than \(BetweenLimits.textBytesMax) bytes")
    }
  }

  private func malformed(_ what: String) -> BetweenError {
    BetweenError(.malformedTranscript, "line \(lineNumber): \(what)")
  }

  private static func withoutCarriageReturn(_ line: String) -> String {
    guard line.utf8.last == UInt8(ascii: "\r") else { return line }
    return String(line.unicodeScalars.dropLast())
  }
}

/// What keeps a line of a text from being read as the beginning of a message: a mark that is not seen, U+2060.
///
/// Before a line that would be read otherwise one is put, and one is taken away again; lines of other apps that begin so by themselves do not go on like this.
enum TranscriptShield {
  private static let mark: Unicode.Scalar = "\u{2060}"

  private static func isNeeded(_ line: String, in format: TranscriptFormat) -> Bool {
    let bare = line.unicodeScalars.drop { $0 == mark }
    return TranscriptLine(String(bare), in: format).begins
  }

  /// A line with one mark more, if it needs one.
  static func added(to line: String, in format: TranscriptFormat) -> String {
    guard isNeeded(line, in: format) else { return line }
    var shielded = String(mark)
    shielded.unicodeScalars.append(contentsOf: line.unicodeScalars)
    return shielded
  }

  /// A line with one mark less, if it has one that it needs.
  static func removed(from line: String, in format: TranscriptFormat) -> String {
    guard line.unicodeScalars.first == mark, isNeeded(line, in: format) else { return line }
    return String(line.unicodeScalars.dropFirst())
  }
}
