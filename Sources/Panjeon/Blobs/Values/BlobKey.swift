// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage

/// The name of a large value in a ``BlobStore``: 256 random bits that nobody can guess.
///
/// Who holds a key can fetch the value where the store is reached without further checks, so that keys are secrets: they
/// belong in records, not in logs (``description`` shows the first eight digits only).
///
/// As text it is 64 lower-case hexadecimal digits, the most significant first (``text``): a file's name and an object's name
/// on every system, also on those that do not tell upper case from lower. Keys are ordered as their texts are. It is encoded
/// as that text.
public struct BlobKey: Hashable, Sendable {
  let words: Words256

  /// Draws a key from a generator of random numbers.
  ///
  /// It is as hard to guess as the generator is to predict: seeded ones are for tests.
  public init(using generator: inout some RandomNumberGenerator) {
    words = Words256(generator.next(), generator.next(), generator.next(), generator.next())
  }

  /// Draws a key from the operating system's generator of unpredictable numbers (`SystemRandomNumberGenerator`).
  public init() {
    var generator = Platform.systemGenerator()
    self.init(using: &generator)
  }

  /// The key that a text names; nil unless the text is 64 lower-case hexadecimal digits.
  public init?(_ text: some StringProtocol) {
    guard let words = Words256(text) else { return nil }
    self.words = words
  }

  /// All of the key, as 64 lower-case hexadecimal digits.
  public var text: String { words.text }
}

extension BlobKey: CustomStringConvertible {
  /// The first eight digits, for logs and errors: enough to find a value by, and of no use to fetch it.
  public var description: String { text.prefix(8) + "…" }
}

extension BlobKey: Comparable {
  /// Whether one key's text comes before another's.
  public static func < (left: BlobKey, right: BlobKey) -> Bool { left.words < right.words }
}

extension BlobKey: Codable {
  /// Reads the 64 digits.
  public init(from decoder: any Decoder) throws {
    words = try Words256.decode("the key of a blob", from: decoder)
  }

  /// Writes the 64 digits.
  public func encode(to encoder: any Encoder) throws { try words.encode(to: encoder) }
}
