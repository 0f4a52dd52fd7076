// SPDX-License-Identifier: Apache-2.0

/// The names of a store's files: a number and what it is.
package enum FileNames: Hashable, Sendable {
  case log(UInt64)
  case table(UInt64)
  case manifest(UInt64)
  case current
  case currentTemporary
  case lock

  /// Reads a name; nil when it is none of a store's.
  package init?(_ name: String) {
    switch name {
    case "CURRENT": self = .current
    case "CURRENT.tmp": self = .currentTemporary
    case "LOCK": self = .lock
    default:
      if name.hasPrefix("MANIFEST-"), let number = Self.number(name.dropFirst(9)) {
        self = .manifest(number)
      } else if name.hasSuffix(".log"), let number = Self.number(name.dropLast(4)) {
        self = .log(number)
      } else if name.hasSuffix(".sst"), let number = Self.number(name.dropLast(4)) {
        self = .table(number)
      } else {
        return nil
      }
    }
  }

  /// The name, without a directory.
  package var name: String {
    switch self {
    case .log(let number): Self.padded(number) + ".log"
    case .table(let number): Self.padded(number) + ".sst"
    case .manifest(let number): "MANIFEST-" + Self.padded(number)
    case .current: "CURRENT"
    case .currentTemporary: "CURRENT.tmp"
    case .lock: "LOCK"
    }
  }

  package static func path(_ directory: String, _ file: FileNames) -> String {
    directory + "/" + file.name
  }

  private static func number(_ text: Substring) -> UInt64? {
    guard text.count >= 6, text.allSatisfy({ $0 >= "0" && $0 <= "9" }) else { return nil }
    return UInt64(text)
  }

  private static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
