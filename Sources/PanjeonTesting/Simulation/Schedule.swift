// SPDX-License-Identifier: Apache-2.0

/// The choices of one run, as they stand in an environment variable: numbers between dots, without the zeros at the end.
struct Schedule: Hashable, Sendable, CustomStringConvertible {
  let choices: [Int]

  init(_ choices: [Int]) {
    let end = choices.lastIndex { $0 != 0 } ?? -1
    self.choices = Array(choices[...end])
  }

  /// Nil for what is no schedule.
  init?(_ text: some StringProtocol) {
    var choices: [Int] = []
    for part in text.split(separator: ".") {
      guard let number = Int(part), number >= 0 else { return nil }
      choices.append(number)
    }
    self.init(choices)
  }

  var description: String {
    choices.isEmpty ? "0" : choices.map(String.init).joined(separator: ".")
  }
}
