// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting

/// What a process writes between the events of its history: `!`, a word, and a sentence.
package enum LifeRemark: Hashable, Sendable {
  /// A client met something that is no part of a history.
  case met(WorkloadFinding)
  /// The process ends.
  case failed(RunFailure)

  /// The line, without its break.
  package var line: String {
    switch self {
    case .met(.error(let code)): Self.line("error", code)
    case .met(.malformed(let sentence)): Self.line("malformed", sentence)
    case .failed(let failure): Self.line(failure.kind.rawValue, failure.message)
    }
  }

  private static func line(_ word: String, _ sentence: String) -> String {
    "!\(word) " + sentence.split { $0.isNewline }.joined(separator: " ")
  }

  /// Reads a line; nil for another one.
  package init?(line: String) {
    guard line.first == "!" else { return nil }
    let parts = line.dropFirst().split(separator: " ", maxSplits: 1)
    guard let word = parts.first else { return nil }
    let sentence = parts.count > 1 ? String(parts[1]) : ""
    switch word {
    case "error": self = .met(.error(sentence))
    case "malformed": self = .met(.malformed(sentence))
    default:
      guard let kind = RunFailure.Kind(rawValue: String(word)) else { return nil }
      self = .failed(RunFailure(kind, sentence))
    }
  }
}
