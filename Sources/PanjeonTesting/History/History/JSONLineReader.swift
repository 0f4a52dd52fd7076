// SPDX-License-Identifier: Apache-2.0

/// Reads the JSON of one line after another.
struct JSONLineReader {
  private let bytes: [UInt8]
  private var position = 0
  private var end = 0
  /// The number of the line, counted from one.
  private(set) var line = 0

  /// How deep an unknown field may be nested.
  private static let depthMax = 64

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Goes on to the next line; false when there is none.
  mutating func nextLine() -> Bool {
    position = line == 0 ? 0 : end + 1
    if position >= bytes.count { return false }
    end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    line += 1
    return true
  }

  func error(_ reason: String) -> HistoryError {
    HistoryError(line: line, reason)
  }

  /// Skips blanks; whether the line ends here.
  mutating func isAtEnd() -> Bool {
    skipBlanks()
    return position == end
  }

  private mutating func skipBlanks() {
    while position < end,
      bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 0x0D
    {
      position += 1
    }
  }

  /// The next byte that is not blank; 0 at the end.
  mutating func peek() -> UInt8 {
    skipBlanks()
    return position < end ? bytes[position] : 0
  }

  /// Passes a byte if it is next.
  mutating func pass(_ character: Unicode.Scalar) -> Bool {
    if peek() != UInt8(ascii: character) { return false }
    position += 1
    return true
  }

  /// Passes a byte that must be next.
  mutating func expect(_ character: Unicode.Scalar) throws(HistoryError) {
    if !pass(character) { throw error("\"\(character)\" expected at byte \(column)") }
  }

  private var column: Int {
    let start = bytes[..<position].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return position - start + 1
  }

  /// Whether `null` is next; passes it.
  mutating func passNull() -> Bool {
    if peek() != UInt8(ascii: "n") { return false }
    return passWord("null")
  }

  private mutating func passWord(_ word: StaticString) -> Bool {
    let text = word.description.utf8
    guard end - position >= text.count, bytes[position..<position + text.count].elementsEqual(text)
    else { return false }
    position += text.count
    return true
  }

  /// An integer of 64 bits.
  mutating func integer(_ what: String) throws(HistoryError) -> Int {
    let isNegative = pass("-")
    var value = 0
    let start = position
    while position < end, case let digit = bytes[position] &- 0x30, digit < 10 {
      let (product, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.subtractingReportingOverflow(Int(digit))
      if high || carry { throw error("\(what) is too large") }
      value = sum
      position += 1
    }
    let isPadded = position - start > 1 && bytes[start] == 0x30
    let goesOn = position < end && [0x2E, 0x65, 0x45].contains(bytes[position])
    if position == start || isPadded || goesOn { throw error("\(what) is no integer") }
    if isNegative { return value }
    if value == .min { throw error("\(what) is too large") }
    return -value
  }

  /// A string.
  mutating func string(_ what: String) throws(HistoryError) -> String {
    if !pass("\"") { throw error("\(what) is no string") }
    let start = position
    var text: [UInt8] = []
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        if text.isEmpty { text = Array(bytes[start..<position]) }
        position += 1
        guard let result = String(validating: text, as: UTF8.self) else {
          throw error("\(what) is not UTF-8")
        }
        return result
      }
      if byte < 0x20 { throw error("\(what) has a control character") }
      if byte == UInt8(ascii: "\\") {
        if text.isEmpty { text = Array(bytes[start..<position]) }
        text += Array(String(try escape()).utf8)
      } else {
        if !text.isEmpty { text.append(byte) }
        position += 1
      }
    }
    throw error("the line ends in a string")
  }

  private mutating func escape() throws(HistoryError) -> Character {
    position += 1
    let letter = position < end ? bytes[position] : 0
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return Character(Unicode.Scalar(letter))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw error("unknown escape in a string")
    }
  }

  private mutating func unicodeEscape() throws(HistoryError) -> Character {
    var code = try hexadecimal()
    if code & 0xFC00 == 0xD800 {
      guard passWord("\\u") else { throw error("half a surrogate pair in a string") }
      let low = try hexadecimal()
      guard low & 0xFC00 == 0xDC00 else { throw error("half a surrogate pair in a string") }
      code = 0x1_0000 + (code & 0x3FF) << 10 + low & 0x3FF
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw error("half a surrogate pair in a string")
    }
    return Character(scalar)
  }

  private mutating func hexadecimal() throws(HistoryError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < end, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw error("\\u needs four digits") }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  /// Passes any value.
  mutating func skipValue(depth: Int = 0) throws(HistoryError) {
    if depth > Self.depthMax { throw error("nested too deep") }
    switch peek() {
    case UInt8(ascii: "\""): _ = try string("a field")
    case UInt8(ascii: "{"): try skipObject(depth)
    case UInt8(ascii: "["): try skipArray(depth)
    case UInt8(ascii: "t") where passWord("true"): break
    case UInt8(ascii: "f") where passWord("false"): break
    case UInt8(ascii: "n") where passWord("null"): break
    default: try skipNumber()
    }
  }

  private mutating func skipObject(_ depth: Int) throws(HistoryError) {
    try expect("{")
    if pass("}") { return }
    repeat {
      _ = try string("a field's name")
      try expect(":")
      try skipValue(depth: depth + 1)
    } while pass(",")
    try expect("}")
  }

  private mutating func skipArray(_ depth: Int) throws(HistoryError) {
    try expect("[")
    if pass("]") { return }
    repeat { try skipValue(depth: depth + 1) } while pass(",")
    try expect("]")
  }

  private mutating func skipNumber() throws(HistoryError) {
    let start = position
    while position < end {
      switch bytes[position] {
      case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        position += 1
        continue
      default: break
      }
      break
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if Double(text) == nil { throw error("a value is expected at byte \(column)") }
  }
}
