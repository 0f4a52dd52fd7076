// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Reads a policy from its text, by recursive descent.
struct PolicyParser {
  /// How long the text of a policy may be: of the largest that is allowed, and blanks.
  private static let lengthMax = 4096

  private let text: [Unicode.Scalar]
  private var position = 0
  private var parts = 0

  init(_ text: String) throws(StoreError) {
    guard text.unicodeScalars.count <= Self.lengthMax else {
      throw StoreError(
        .invalidArgument, "the text of a policy has at most \(Self.lengthMax) characters")
    }
    self.text = Array(text.unicodeScalars)
  }

  mutating func parse() throws(StoreError) -> PlacementPolicy {
    let result = try policy(depth: 1)
    skipBlanks()
    guard position == text.count else { throw expected("its end") }
    return result
  }

  private mutating func policy(depth: Int) throws(StoreError) -> PlacementPolicy {
    skipBlanks()
    let begin = position
    guard depth <= PlacementPolicy.depthMax else {
      throw expected("no deeper nesting than \(PlacementPolicy.depthMax)")
    }
    guard parts < PlacementPolicy.partsMax else {
      throw expected("no more than \(PlacementPolicy.partsMax) parts")
    }
    parts += 1
    switch word() {
    case "one": return .one(try storageClass())
    case "across": return try across(depth: depth)
    case "all": return .all(try list(depth: depth))
    default:
      position = begin
      throw expected("one, across or all")
    }
  }

  private mutating func storageClass() throws(StoreError) -> Volume.StorageClass? {
    guard take("(") else { return nil }
    let result = try name(of: Volume.StorageClass.self)
    try require(")")
    return result
  }

  private mutating func across(depth: Int) throws(StoreError) -> PlacementPolicy {
    try require("(")
    let count = try count()
    try require(",")
    let attribute = try name(of: PlacementPolicy.Attribute.self)
    try require(",")
    let part = try policy(depth: depth + 1)
    try require(")")
    return .across(count, attribute, part)
  }

  private mutating func list(depth: Int) throws(StoreError) -> [PlacementPolicy] {
    try require("(")
    var result = [try policy(depth: depth + 1)]
    while take(",") { result.append(try policy(depth: depth + 1)) }
    guard take(")") else { throw expected("',' or ')'") }
    return result
  }
}

// MARK: - Words

extension PolicyParser {
  private mutating func skipBlanks() {
    while position < text.count, text[position].properties.isWhitespace { position += 1 }
  }

  /// The letters that come next.
  private mutating func word() -> String {
    skipBlanks()
    return run { $0 >= "a" && $0 <= "z" }
  }

  private mutating func run(of isPart: (Unicode.Scalar) -> Bool) -> String {
    var result = String.UnicodeScalarView()
    while position < text.count, isPart(text[position]) {
      result.append(text[position])
      position += 1
    }
    return String(result)
  }

  private mutating func count() throws(StoreError) -> Int {
    skipBlanks()
    let begin = position
    let range = 1...PlacementPolicy.countMax
    guard let count = Int(run { $0 >= "0" && $0 <= "9" }), range.contains(count) else {
      position = begin
      throw expected("a number between \(range.lowerBound) and \(range.upperBound)")
    }
    return count
  }

  private mutating func name<Name>(of type: Name.Type) throws(StoreError) -> Name
  where Name: CaseIterable & RawRepresentable<String> {
    skipBlanks()
    let begin = position
    guard let name = Name(rawValue: word()) else {
      position = begin
      throw expected(Name.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return name
  }

  private mutating func take(_ sign: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < text.count, text[position] == sign else { return false }
    position += 1
    return true
  }

  private mutating func require(_ sign: Unicode.Scalar) throws(StoreError) {
    guard take(sign) else { throw expected("'\(sign)'") }
  }

  /// What is wrong at the present position.
  private func expected(_ what: String) -> StoreError {
    var found = String.UnicodeScalarView(text[position...].prefix(16))
    if text.count - position > 16 { found.append("…") }
    let there = found.isEmpty ? "it ends" : "it reads \(String(found).debugDescription)"
    return StoreError(
      .invalidArgument,
      "the policy is wrong at character \(position + 1): \(there); expected: \(what)")
  }
}
