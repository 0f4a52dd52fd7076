// SPDX-License-Identifier: Apache-2.0

/// How a hash of Argon2id was made, as its text says: `$argon2id$v=19$m=65536,t=2,p=1$…$…`.
///
/// A hash may come from anywhere, an import say, and verifying a password against it takes what it says: what is beyond the bounds is no hash.
struct ArgonParameters: Hashable {
  /// How often the memory is gone through: 1 to 10.
  var passes: UInt64
  /// How much memory is filled, in bytes: 8 KiB to 1 GiB.
  var memoryBytes: Int

  static let passesRange: ClosedRange<UInt64> = 1...10
  static let memoryBytesRange = 8 << 10...1 << 30

  init(passes: UInt64, memoryBytes: Int) {
    self.passes = passes
    self.memoryBytes = memoryBytes
  }

  /// Whether hashes may be made so.
  var isBearable: Bool {
    Self.passesRange.contains(passes) && Self.memoryBytesRange.contains(memoryBytes)
  }

  /// Reads what a hash says; nil for what is no hash, or beyond the bounds.
  init?(hash: String) {
    let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
      !parts[4].isEmpty, !parts[5].isEmpty
    else { return nil }
    let numbers = parts[3].split(separator: ",", omittingEmptySubsequences: false)
    guard numbers.count == 3, let kibibytes = Self.number(numbers[0], "m="),
      let passes = Self.number(numbers[1], "t="), Self.number(numbers[2], "p=") == 1
    else { return nil }
    self.init(passes: passes, memoryBytes: Int(kibibytes) << 10)
    if !isBearable { return nil }
  }

  /// A number of nine digits at the most behind a name.
  private static func number(_ text: Substring, _ name: String) -> UInt64? {
    guard text.hasPrefix(name) else { return nil }
    let digits = text.dropFirst(name.count).utf8
    guard (1...9).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + UInt64($1 - 48) }
  }

  /// Whether it is less work than another one: in one respect, and more in none.
  func isWeaker(than other: ArgonParameters) -> Bool {
    self != other && passes <= other.passes && memoryBytes <= other.memoryBytes
  }
}
