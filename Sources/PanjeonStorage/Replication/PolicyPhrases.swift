// SPDX-License-Identifier: Apache-2.0

extension PlacementPolicy {
  /// What it asks for, in words: "two ephemeral volumes in different racks, and a durable volume".
  package var phrase: String {
    switch self {
    case .one(let storageClass): PolicyPhrases.volumes(1, storageClass)
    case .across(let count, let attribute, let part):
      PolicyGap(
        policy: attribute == .volume ? part.ofOneVolume : part, count: count, attribute: attribute,
        others: [], within: nil
      ).phrase
    case .all(let parts): PolicyPhrases.list(parts.map(\.phrase))
    }
  }

  /// Those of its parts that a set does not fulfil, in words.
  func unfulfilledPhrases(by volumes: [Volume]) -> [String] {
    switch self {
    case .all(let parts): parts.flatMap { $0.unfulfilledPhrases(by: volumes) }
    default: isFulfilled(by: volumes) ? [] : [phrase]
    }
  }
}

extension PolicyGap {
  /// What is lacking, in words: "an ephemeral volume in another rack than '1'".
  package var phrase: String {
    let place = within.map { " in \($0.attribute.rawValue) \($0.quoted)" } ?? ""
    guard case .one(let storageClass) = policy else {
      return whereabouts + place + " (\(policy.phrase))"
    }
    let volumes = PolicyPhrases.volumes(count, storageClass)
    switch attribute {
    case .volume? where !others.isEmpty: return "\(volumes) besides \(otherNames)" + place
    case nil, .volume?: return volumes + place
    case let attribute? where others.isEmpty:
      return volumes + (count > 1 ? " in different \(attribute.rawValue)s" : "") + place
    case let attribute?:
      let places =
        count > 1
        ? "different \(attribute.rawValue)s other than" : "another \(attribute.rawValue) than"
      return "\(volumes) in \(places) \(otherNames)" + place
    }
  }

  /// In which places something is lacking that takes more than a volume each.
  private var whereabouts: String {
    let name = attribute?.rawValue ?? PlacementPolicy.Attribute.volume.rawValue
    let places = count > 1 ? "in each of \(PolicyPhrases.number(count)) \(name)s" : nil
    if others.isEmpty { return places ?? "in one \(name)" }
    return places.map { "\($0) other than \(otherNames)" }
      ?? "in another \(name) than \(otherNames)"
  }

  private var otherNames: String { PolicyPhrases.names(others.map(\.quoted)) }
}

/// Small pieces of what is said of policies.
enum PolicyPhrases {
  /// "an ephemeral volume", "two volumes".
  static func volumes(_ count: Int, _ storageClass: Volume.StorageClass?) -> String {
    let kind = storageClass.map { "\($0.rawValue) " } ?? ""
    if count != 1 { return "\(number(count)) \(kind)volumes" }
    return (storageClass == .ephemeral ? "an " : "a ") + kind + "volume"
  }

  /// A number, as a word if it is small.
  static func number(_ number: Int) -> String {
    let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    return words.indices.contains(number) ? words[number] : "\(number)"
  }

  /// Phrases one after another; commas, as they hold "and" themselves.
  static func list(_ phrases: [String]) -> String {
    guard let last = phrases.last else { return "nothing" }
    if phrases.count == 1 { return last }
    return phrases.dropLast().joined(separator: ", ") + ", and " + last
  }

  /// Names one after another.
  static func names(_ names: [String]) -> String {
    guard let last = names.last else { return "none" }
    if names.count == 1 { return last }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }
}
