// SPDX-License-Identifier: Apache-2.0

/// Reads the syntax of Java's property files, in which YCSB's workloads are written.
///
/// Comments (`#`, `!`), separators (`=`, `:` or blanks), lines continued by a backslash, and the escapes
/// `\t`, `\n`, `\r`, `\f`, `\uXXXX`; any other escaped character stands for itself.
package enum PropertyFile {
  /// The properties of a text, in order; a later one of the same name counts.
  package static func parse(_ text: String) throws(UsageError) -> [(name: String, value: String)] {
    var properties: [(name: String, value: String)] = []
    for line in try logicalLines(text) {
      let scalars = Array(line.unicodeScalars)
      var end = 0
      while end < scalars.count, !isSeparator(scalars[end]) {
        end += scalars[end] == "\\" ? 2 : 1
      }
      end = min(end, scalars.count)
      var start = end
      while start < scalars.count, isBlank(scalars[start]) { start += 1 }
      if start < scalars.count, scalars[start] == "=" || scalars[start] == ":" { start += 1 }
      while start < scalars.count, isBlank(scalars[start]) { start += 1 }
      properties.append(
        (name: try unescape(scalars[..<end]), value: try unescape(scalars[start...])))
    }
    return properties
  }

  /// Lines without comments and blank ones, each with what continues it.
  private static func logicalLines(_ text: String) throws(UsageError) -> [String] {
    var lines: [String] = []
    var open: String?
    for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let line = raw.drop { $0 == " " || $0 == "\t" || $0 == "\u{0C}" }
      if open == nil, line.isEmpty || line.first == "#" || line.first == "!" { continue }
      let backslashes = line.reversed().prefix { $0 == "\\" }.count
      let isContinued = backslashes % 2 == 1
      let whole = (open ?? "") + (isContinued ? line.dropLast() : line)
      if isContinued {
        open = whole
      } else {
        lines.append(whole)
        open = nil
      }
    }
    if let open, !open.isEmpty { lines.append(open) }
    return lines
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\u{0C}"
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    isBlank(scalar) || scalar == "=" || scalar == ":"
  }

  private static func unescape(_ scalars: ArraySlice<Unicode.Scalar>) throws(UsageError) -> String {
    var text = String.UnicodeScalarView()
    var rest = scalars
    while let scalar = rest.popFirst() {
      guard scalar == "\\", let escaped = rest.popFirst() else {
        text.append(scalar)
        continue
      }
      switch escaped {
      case "t": text.append("\t")
      case "n": text.append("\n")
      case "r": text.append("\r")
      case "f": text.append("\u{0C}")
      case "u":
        let digits = String(String.UnicodeScalarView(rest.prefix(4)))
        guard digits.count == 4, let number = UInt32(digits, radix: 16),
          let decoded = Unicode.Scalar(number)
        else { throw UsageError("'\\u\(digits)' is no character") }
        text.append(decoded)
        rest = rest.dropFirst(4)
      default: text.append(escaped)
      }
    }
    return String(text)
  }
}

/// What a user asked for that cannot be: exit status 64.
package struct UsageError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
