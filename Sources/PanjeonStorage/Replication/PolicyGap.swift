// SPDX-License-Identifier: Apache-2.0

/// Volumes that a set lacks to fulfil a policy.
package struct PolicyGap: Hashable, Sendable {
  /// What the volumes of each new place must fulfil.
  package let policy: PlacementPolicy

  /// How many places are lacking.
  package let count: Int

  /// What sort of places; nil: one volume, wherever it is.
  package let attribute: PlacementPolicy.Attribute?

  /// The places that are there, and so not meant.
  package let others: [VolumePlace]

  /// Where the new places must lie; nil: anywhere.
  package let within: VolumePlace?
}

extension PlacementPolicy {
  /// What a set lacks; once all of it is added, the set fulfils the policy.
  ///
  /// It asks for as little as it can where places have a part of what is needed. The policy must not contradict itself.
  package func gaps(of volumes: [Volume], within: VolumePlace? = nil) -> [PolicyGap] {
    if isFulfilled(by: volumes) { return [] }
    switch self {
    case .one:
      return [PolicyGap(policy: self, count: 1, attribute: nil, others: [], within: within)]
    case .all(let parts):
      // What two parts lack alike they may share.
      var seen: Set<PolicyGap> = []
      return parts.flatMap { $0.gaps(of: volumes, within: within) }
        .filter { seen.insert($0).inserted }
    case .across(_, let attribute, let part):
      if let within, within.attribute.isWithin(attribute) {
        // All of the volumes, and those to be added, lie in one place of the kind.
        return part.gaps(of: volumes, within: within)
      }
      return gaps(across: volumes, within: within)
    }
  }

  private func gaps(across volumes: [Volume], within: VolumePlace?) -> [PolicyGap] {
    guard case .across(let count, let attribute, let part) = self else { return [] }
    let groups = Dictionary(grouping: volumes) { VolumePlace($0, by: attribute) }
      .sorted { $0.key < $1.key }
    let whole = groups.filter { part.isFulfilled(by: $0.value) }
    // Places that have something are made whole, those first that have most; a single volume never becomes anything else.
    let begun =
      attribute == .volume
      ? []
      : groups.filter { !part.isFulfilled(by: $0.value) }
        .map { (group: $0, parts: part.fulfilledParts(by: $0.value)) }
        .filter { $0.parts > 0 }
        .sorted { ($1.parts, $0.group.key) < ($0.parts, $1.group.key) }
        .prefix(count - whole.count).map(\.group)
    let fresh = count - whole.count - begun.count
    var gaps = begun.flatMap { part.gaps(of: $0.value, within: $0.key) }
    if fresh > 0 {
      gaps.append(
        PolicyGap(
          policy: attribute == .volume ? part.ofOneVolume : part, count: fresh,
          attribute: attribute,
          others: (whole + begun).map(\.key).sorted(), within: within))
    }
    return gaps
  }
}
