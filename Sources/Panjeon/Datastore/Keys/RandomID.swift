// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
public import WideColumn

/// An id of 128 random bits, so that objects spread over a table's regions.
///
/// As a part of a key, and as text, it is a UUID.
public struct RandomID: Hashable, Sendable {
  /// The first eight bytes, big-endian.
  public var high: UInt64
  /// The last eight bytes, big-endian.
  public var low: UInt64

  /// Creates an id from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Creates a random id.
  ///
  /// - Parameter generator: Gives the bits. Whoever can foresee them can foresee the id: programs use the system's.
  public init(using generator: inout some RandomNumberGenerator) {
    high = generator.next()
    low = generator.next()
  }

  /// Creates a random id from the system's generator.
  public init() {
    var generator = Platform.systemGenerator()
    self.init(using: &generator)
  }

  /// The rows to cut a table at whose roots have random ids, so that it has so many regions of the same size from the start.
  ///
  /// - Parameter regions: How many regions, 1 to 65,536.
  /// - Returns: The first rows of all regions but the first one, ascending.
  public static func splitPoints(regions: Int) -> [RowKey] {
    precondition((1...65_536).contains(regions), "1 to 65,536 regions")
    return (1..<regions).map { region in
      RandomID(high: Self.share(region, of: regions), low: 0).keyComponent.encoded
    }
  }

  /// The place where a share of all 64-bit numbers ends.
  private static func share(_ part: Int, of parts: Int) -> UInt64 {
    UInt64(parts).dividingFullWidth((UInt64(part), 0)).quotient
  }
}

extension RandomID: KeyComponentConvertible {
  /// The id as a part of a key: a UUID.
  public var keyComponent: KeyComponent { .uuid(self) }

  /// The id of a part of a key; nil when it is no UUID.
  public init?(keyComponent: KeyComponent) {
    guard case .uuid(let id) = keyComponent else { return nil }
    self = id
  }
}

extension RandomID: Comparable {
  /// Whether `left` sorts before `right`.
  public static func < (left: RandomID, right: RandomID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

extension RandomID: LosslessStringConvertible {
  /// The 32 digits in groups of 8, 4, 4, 4 and 12, as UUIDs are written (RFC 9562), lower case.
  public var description: String {
    let digits = Array(high.hexadecimalDigits + low.hexadecimalDigits)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
      .joined(separator: "-")
  }

  /// Reads what ``description`` writes, in either case; nil for anything else.
  public init?(_ description: String) {
    let groups = description.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12],
      description.utf8.allSatisfy({ $0 != UInt8(ascii: "+") })
    else { return nil }
    guard let high = UInt64(groups[0] + groups[1] + groups[2], radix: 16),
      let low = UInt64(groups[3] + groups[4], radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }
}

extension RandomID: Codable {
  /// Reads the id as a UUID is read.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let id = RandomID(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath, debugDescription: "'\(text)' is no UUID"))
    }
    self = id
  }

  /// Writes the id as text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
