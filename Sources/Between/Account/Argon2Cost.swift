// SPDX-License-Identifier: Apache-2.0

/// How much work it is to verify a password against a hash of Argon2, as the hash itself says.
///
/// A hash of `crypto_pwhash_str` is `$argon2id$v=19$m=65536,t=2,p=1$salt$hash`: memory in KiB, passes, lanes.
struct Argon2Cost: Hashable {
  let memoryKibibytes: UInt64
  let passes: UInt64
  let lanes: UInt64

  /// As much as a hash from elsewhere may ask for: 1 GiB, gone through 10 times.
  static let most = Argon2Cost(memoryKibibytes: 1 << 20, passes: 10, lanes: 1)

  init(memoryKibibytes: UInt64, passes: UInt64, lanes: UInt64) {
    self.memoryKibibytes = memoryKibibytes
    self.passes = passes
    self.lanes = lanes
  }

  /// Reads the cost of a hash; nil for what is no hash of Argon2.
  init?(of hash: String) {
    let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
    guard hash.utf8.count < 128, parts.count == 6, parts[0].isEmpty,
      ["argon2id", "argon2i"].contains(parts[1]), parts[2] == "v=19", !parts[4].isEmpty,
      !parts[5].isEmpty
    else { return nil }
    let parameters = parts[3].split(separator: ",", omittingEmptySubsequences: false)
    guard parameters.count == 3,
      let memory = Self.number(parameters[0], "m="), let passes = Self.number(parameters[1], "t="),
      let lanes = Self.number(parameters[2], "p=")
    else { return nil }
    self.init(memoryKibibytes: memory, passes: passes, lanes: lanes)
  }

  private static func number(_ text: Substring, _ name: String) -> UInt64? {
    guard text.hasPrefix(name), text.utf8.dropFirst(2).allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return UInt64(text.dropFirst(2))
  }

  /// Whether neither memory, passes nor lanes are more than another cost's, and none is nothing.
  func isWithin(_ most: Argon2Cost) -> Bool {
    (1...most.memoryKibibytes).contains(memoryKibibytes) && (1...most.passes).contains(passes)
      && (1...most.lanes).contains(lanes)
  }
}
