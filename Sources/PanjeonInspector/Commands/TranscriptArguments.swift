// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Between

/// What the commands about transcripts are told.
enum TranscriptArguments {
  static func format(_ text: String) throws -> TranscriptFormat {
    try choice(text, TranscriptFormat(rawValue: text), TranscriptFormat.allCases.map(\.rawValue))
  }

  static func dateOrder(_ text: String) throws -> DateOrder {
    try choice(text, DateOrder(rawValue: text), DateOrder.allCases.map(\.rawValue))
  }

  private static func choice<T>(_ text: String, _ found: T?, _ all: [String]) throws -> T {
    guard let found else {
      throw ValidationError("'\(text)' is none of \(all.joined(separator: ", "))")
    }
    return found
  }
}

/// How far a clock is ahead of UTC, as `+09:00` or `-03:30`.
struct UTCOffset: ExpressibleByArgument {
  let minutes: Int

  init(minutes: Int) { self.minutes = minutes }

  init?(argument: String) {
    let digits = argument.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard let sign = argument.first, ["+", "-"].contains(sign), digits.count == 2,
      digits.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hours = Int(digits[0]), let minutes = Int(digits[1]), hours <= 14, minutes < 60
    else { return nil }
    self.minutes = (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
  }

  var defaultValueDescription: String { "+00:00" }

  var clock: LocalClock { .ahead(minutes: minutes) }
}
