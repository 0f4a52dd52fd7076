// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// The value as one object of JSON, on one line.
  ///
  /// Its members are the sections and figures of the article <doc:MetricsAndEvents>, in that order; durations are whole
  /// microseconds, what is not known is `null`. Members may be added; none goes or changes its meaning.
  ///
  /// - Returns: The text, without a line's end.
  public func json() -> String {
    var text = JSONText()
    text.object { text in
      text.member("elapsedMicroseconds", .number(elapsed.microseconds))
      for section in sections {
        text.object(named: section.name) { text in
          for instance in section.instances {
            if section.dimension == nil {
              text.members(instance.figures)
            } else {
              text.object(named: instance.name) { $0.members(instance.figures) }
            }
          }
        }
      }
    }
    return text.text
  }
}

/// JSON being written, so that the library needs no Foundation.
struct JSONText {
  private(set) var text = ""
  private var needsComma = false

  mutating func object(_ body: (inout JSONText) -> Void) {
    text += "{"
    needsComma = false
    body(&self)
    text += "}"
    needsComma = true
  }

  mutating func object(named name: String, _ body: (inout JSONText) -> Void) {
    begin(name)
    object(body)
  }

  mutating func members(_ figures: [MetricsFigure]) {
    for figure in figures { member(figure.name, figure.value) }
  }

  mutating func member(_ name: String, _ value: MetricsFigure.Value) {
    begin(name)
    switch value {
    case .number(let number): text += String(number)
    // Neither infinity nor what is no number can be said in JSON.
    case .ratio(let ratio): text += ratio.isFinite ? ratio.description : "null"
    case .text(let string): append(string)
    case .missing: text += "null"
    }
  }

  private mutating func begin(_ name: String) {
    if needsComma { text += "," }
    needsComma = true
    append(name)
    text += ":"
  }

  /// Escapes what RFC 8259 says must be, and nothing else.
  private mutating func append(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
