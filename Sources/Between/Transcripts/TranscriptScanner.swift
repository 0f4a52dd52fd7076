// SPDX-License-Identifier: Apache-2.0

/// Goes through a line's scalars.
///
/// Not through its characters, which would join a mark or an accent to the punctuation before it.
struct TranscriptScanner {
  private let scalars: ArraySlice<Unicode.Scalar>
  private(set) var place: Int

  init(_ line: some StringProtocol) { self.init(Array(line.unicodeScalars)[...]) }

  private init(_ scalars: ArraySlice<Unicode.Scalar>) {
    self.scalars = scalars
    place = scalars.startIndex
  }

  var isAtEnd: Bool { place == scalars.endIndex }
  var next: Unicode.Scalar? { isAtEnd ? nil : scalars[place] }

  /// What is left, byte for byte.
  var rest: String { Self.text(scalars[place...]) }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    return text
  }

  /// Whether a scalar is a mark of direction or of a file's beginning, which is not seen.
  static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }

  /// Whether a scalar is one of the spaces that dates and times have.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    [0x20, 0xA0, 0x2009, 0x202F].contains(scalar.value)
  }

  mutating func skipMarks() { skip(while: Self.isMark) }

  /// Skips spaces and marks; whether there was a space.
  @discardableResult
  mutating func skipSpaces() -> Bool {
    let start = place
    skip { Self.isSpace($0) || Self.isMark($0) }
    return scalars[start..<place].contains(where: Self.isSpace)
  }

  private mutating func skip(while isSkipped: (Unicode.Scalar) -> Bool) {
    while let next, isSkipped(next) { place += 1 }
  }

  /// Takes one scalar, if it is the next.
  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    place += 1
    return true
  }

  /// Takes one of some scalars.
  mutating func take(oneOf choices: [Unicode.Scalar]) -> Unicode.Scalar? {
    guard let next, choices.contains(next) else { return nil }
    place += 1
    return next
  }

  /// Takes a text, if it is next.
  mutating func take(_ text: String) -> Bool {
    guard scalars[place...].starts(with: text.unicodeScalars) else { return false }
    place += text.unicodeScalars.count
    return true
  }

  /// Takes a number of at most four digits, of whatever script; nil, and takes nothing, when there is none.
  mutating func takeNumber() -> (value: Int, digits: Int)? {
    var (value, digits) = (0, 0)
    while digits < 4, let digit = next.flatMap(Self.digit) {
      value = value * 10 + digit
      digits += 1
      place += 1
    }
    return digits > 0 ? (value, digits) : nil
  }

  private static func digit(_ scalar: Unicode.Scalar) -> Int? {
    guard scalar.properties.generalCategory == .decimalNumber,
      let value = scalar.properties.numericValue
    else { return nil }
    return Int(value)
  }

  /// Takes letters with what stands between them in abbreviations, at most 12: `p.m.`, `오후`, `klo`.
  mutating func takeWord() -> String {
    let start = place
    while place - start < 12, let next {
      let isInside =
        next.properties.isAlphabetic || next.properties.canonicalCombiningClass != .notReordered
        || next.properties.generalCategory == .nonspacingMark
        || next.properties.generalCategory == .spacingMark
      // A point, and the space before another letter: `p. m.`
      guard isInside || (place > start && next == ".") else { break }
      place += 1
    }
    return Self.text(scalars[start..<place])
  }

  /// Takes what is before a text, and the text; nil, and takes nothing, when it is not there.
  mutating func take(until end: String) -> String? {
    let end = Array(end.unicodeScalars)
    var stop = place
    while stop + end.count <= scalars.endIndex {
      if scalars[stop..<stop + end.count].elementsEqual(end) {
        defer { place = stop + end.count }
        return Self.text(scalars[place..<stop])
      }
      stop += 1
    }
    return nil
  }
}
