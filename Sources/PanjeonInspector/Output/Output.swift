// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
internal import Synchronization

/// Prints to the console of the verb that runs.
enum Output {
  /// Prints a line of what was asked for.
  static func print(_ line: String) {
    Console.current.write(line + "\n", .output)
  }

  /// Prints a value as one line of JSON with sorted keys.
  static func print(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Prints a line for people, beside what was asked for.
  static func printError(_ line: String) {
    Console.current.write(line + "\n", .error)
  }

  /// Shows a line of progress in place of the last, if somebody watches.
  static func progress(_ line: String) {
    let console = Console.current
    if console.showsProgress { console.write("\r\u{1B}[K" + line, .error) }
  }

  /// Whether a verb is changing a store, and goes on when nobody reads any more what it prints.
  static var outlivesItsReader: Bool {
    get { changes.load(ordering: .relaxed) }
    set { changes.store(newValue, ordering: .relaxed) }
  }

  private static let changes = Atomic(false)
}
