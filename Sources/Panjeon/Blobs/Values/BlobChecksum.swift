// SPDX-License-Identifier: Apache-2.0

/// The SHA-256 of a large value's bytes.
///
/// As text, and when it is encoded, it is 64 lower-case hexadecimal digits, as `sha256sum` prints it.
public struct BlobChecksum: Hashable, Sendable {
  let words: Words256

  init(_ words: Words256) { self.words = words }

  /// The checksum of 32 bytes, the first of them the most significant; nil when there are more or fewer.
  public init?(_ bytes: [UInt8]) {
    guard let words = Words256(bytes) else { return nil }
    self.words = words
  }

  /// The checksum that a text names; nil unless the text is 64 lower-case hexadecimal digits.
  public init?(_ text: some StringProtocol) {
    guard let words = Words256(text) else { return nil }
    self.words = words
  }

  /// The 32 bytes.
  public var bytes: [UInt8] { words.bytes }

  /// The checksum as 64 lower-case hexadecimal digits.
  public var text: String { words.text }
}

extension BlobChecksum: CustomStringConvertible {
  /// The 64 digits.
  public var description: String { text }
}

extension BlobChecksum: Codable {
  /// Reads the 64 digits.
  public init(from decoder: any Decoder) throws {
    words = try Words256.decode("the checksum of a blob", from: decoder)
  }

  /// Writes the 64 digits.
  public func encode(to encoder: any Encoder) throws { try words.encode(to: encoder) }
}
