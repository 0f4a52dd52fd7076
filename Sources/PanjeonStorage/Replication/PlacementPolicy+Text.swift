// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension PlacementPolicy: CustomStringConvertible {
  /// The policy as text, in the notation of <doc:Replication>.
  public var description: String {
    switch self {
    case .one(nil): "one"
    case .one(let storageClass?): "one(\(storageClass.rawValue))"
    case .across(let count, let attribute, let part):
      "across(\(count), \(attribute.rawValue), \(part))"
    case .all(let parts): "all(\(parts.map(\.description).joined(separator: ", ")))"
    }
  }

  /// Reads a policy from its text, such as `all(across(2, rack, one(ephemeral)), one(durable))`.
  ///
  /// - Parameter text: The text, in the notation of <doc:Replication>; blanks between its words mean nothing.
  /// - Throws: `invalidArgument` with the place and what was expected there.
  public init(_ text: String) throws(StoreError) {
    var parser = try PolicyParser(text)
    self = try parser.parse()
  }
}

extension PlacementPolicy {
  /// How many combinators may lie inside one another.
  ///
  /// What reads a policy calls itself for each, and a policy comes from a file (`VOLUME`).
  package static let depthMax = 8

  /// How many combinators a policy may consist of.
  package static let partsMax = 64

  /// How many values `across` may ask for: a store has no more volumes.
  package static let countMax = 64

  /// Refuses a policy that could not be read back from its text.
  func validateBounds() throws(StoreError) {
    var parts = 0
    try validateBounds(depth: 1, parts: &parts)
  }

  private func validateBounds(depth: Int, parts: inout Int) throws(StoreError) {
    parts += 1
    guard depth <= Self.depthMax else {
      throw StoreError(
        .invalidArgument, "the policy is nested more than \(Self.depthMax) deep; simplify it")
    }
    guard parts <= Self.partsMax else {
      throw StoreError(
        .invalidArgument, "the policy has more than \(Self.partsMax) parts; simplify it")
    }
    switch self {
    case .one: break
    case .all([]):
      throw StoreError(.invalidArgument, "all() in the policy asks for nothing; give it a part")
    case .all(let inner):
      for part in inner { try part.validateBounds(depth: depth + 1, parts: &parts) }
    case .across(let count, _, let part):
      guard (1...Self.countMax).contains(count) else {
        throw StoreError(
          .invalidArgument,
          "across(\(count), …) in the policy: it must be between 1 and \(Self.countMax)")
      }
      try part.validateBounds(depth: depth + 1, parts: &parts)
    }
  }
}
