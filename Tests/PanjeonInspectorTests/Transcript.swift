// SPDX-License-Identifier: Apache-2.0

import Foundation
import PanjeonInspector
import PanjeonTesting
import Synchronization
import Testing

/// What verbs print, one after the other, held against a file of `Golden/`.
///
/// A line `$ panjeon …` for each verb, then what it prints; lines of the stream of errors begin with `! `, a status that is not 0
/// has a line of its own. With `PANJEON_RECORD=1` in the environment the file is written, and the test fails so that nobody forgets.
final class Transcript: Sendable {
  private let text = Mutex("")
  private let masked: [(pattern: String, with: String)]
  private let clock: ManualTimeSource

  /// - Parameters:
  ///   - directory: The path that is written as `DIR`.
  ///   - clock: The time of the verbs.
  ///   - masks: What else differs from run to run, and what stands for it.
  init(
    _ directory: String, clock: ManualTimeSource = ManualTimeSource(),
    masks: [(String, String)] = []
  ) {
    self.clock = clock
    masked = [(NSRegularExpression.escapedPattern(for: directory), "DIR")] + masks
  }

  /// Runs a verb and notes what it prints.
  ///
  /// - Parameters:
  ///   - arguments: The command line.
  ///   - answers: What a person types when asked.
  /// - Returns: What went to standard output.
  @discardableResult
  func run(_ arguments: String..., answers: [String] = []) async -> String {
    let (status, output, noted) = await perform(arguments, answers)
    let line = "$ panjeon " + arguments.map(Self.quoted).joined(separator: " ") + "\n"
    let end = status == .fine ? "" : "[status \(status.rawValue)]\n"
    text.withLock { $0 += mask(line + noted + end) + "\n" }
    return output
  }

  private func perform(
    _ arguments: [String], _ answers: [String]
  ) async -> (Inspector.Status, output: String, noted: String) {
    let printed = Mutex((output: "", noted: "", answers: answers[...]))
    let console = Console(
      timeSource: clock,
      answer: { printed.withLock { $0.answers.popFirst() } },
      write: { text, stream in
        printed.withLock { state in
          if stream == .output { state.output += text }
          for line in text.split(separator: "\n") {
            state.noted += (stream == .error ? "! " : "") + line + "\n"
          }
        }
      })
    let status = await Inspector.run(arguments, console: console)
    return printed.withLock { (status, $0.output, $0.noted) }
  }

  private static func quoted(_ argument: String) -> String {
    argument.contains { " \\'\"".contains($0) } ? "'\(argument)'" : argument
  }

  private func mask(_ text: String) -> String {
    masked.reduce(text) { text, mask in
      text.replacingOccurrences(of: mask.pattern, with: mask.with, options: .regularExpression)
    }
  }

  /// Holds all that was noted against a file.
  func check(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/\(name).txt")
    let text = text.withLock { $0 }
    if ProcessInfo.processInfo.environment["PANJEON_RECORD"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("\(name).txt was written: look at what changed", sourceLocation: sourceLocation)
      return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    guard text != expected else { return }
    let (old, new) = (expected.split(separator: "\n"), text.split(separator: "\n"))
    let place = zip(old, new).prefix { $0 == $1 }.count
    Issue.record(
      """
      \(name).txt, line \(place + 1) (blank lines not counted):
      expected: \(place < old.count ? String(old[place]) : "the end")
      printed:  \(place < new.count ? String(new[place]) : "the end")
      """, sourceLocation: sourceLocation)
  }
}
