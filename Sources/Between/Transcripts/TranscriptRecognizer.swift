// SPDX-License-Identifier: Apache-2.0

/// Finds out how a transcript is written, by looking at its lines.
///
/// ```swift
/// var recognizer = TranscriptRecognizer()
/// for line in lines { recognizer.add(line) }
/// let layout = try recognizer.layout()
/// ```
public struct TranscriptRecognizer: Sendable {
  private var messages: [TranscriptFormat: Int] = [:]
  private var firstMax: [TranscriptFormat: Int] = [:]
  private var secondMax: [TranscriptFormat: Int] = [:]
  private var lines = 0
  private var linesWithCarriageReturn = 0

  /// Looks at nothing yet.
  public init() {}

  /// Looks at a line, without its line feed.
  public mutating func add(_ line: some StringProtocol) {
    lines += 1
    if line.unicodeScalars.last == "\r" { linesWithCarriageReturn += 1 }
    for format in TranscriptFormat.allCases {
      guard case .message(let stamp, _, _) = TranscriptLine(line, in: format) else { continue }
      messages[format, default: 0] += 1
      guard case .numbers(let first, let second, _) = stamp.day else { continue }
      firstMax[format] = max(firstMax[format] ?? 0, first)
      secondMax[format] = max(secondMax[format] ?? 0, second)
    }
  }

  /// What the lines are: the format that most of them have.
  ///
  /// - Parameters:
  ///   - format: The format, where it is known.
  ///   - dateOrder: The order of day and month, where it is known.
  /// - Returns: The layout.
  /// - Throws: `malformedTranscript` when no line begins a message, or no day tells whether it or its month comes first.
  public func layout(
    format: TranscriptFormat? = nil, dateOrder: DateOrder? = nil
  ) throws(BetweenError) -> TranscriptLayout {
    let known = TranscriptFormat.allCases.filter { format == nil || format == $0 }
    let most = known.max { (messages[$0] ?? 0) < (messages[$1] ?? 0) }
    guard let most, (messages[most] ?? 0) > 0 else {
      throw BetweenError(
        .malformedTranscript,
        "no line begins a message as \(format?.rawValue ?? "any known format") has them")
    }
    var layout = TranscriptLayout(
      most, dateOrder: dateOrder,
      hasCarriageReturns: lines > 0 && linesWithCarriageReturn == lines)
    if dateOrder == nil, let first = firstMax[most], let second = secondMax[most], first > 0 {
      switch (first > 12, second > 12) {
      case (true, false): layout.dateOrder = .dayFirst
      case (false, true): layout.dateOrder = .monthFirst
      default:
        throw BetweenError(
          .malformedTranscript, "it cannot be told whether the day or the month comes first")
      }
    }
    return layout
  }
}
