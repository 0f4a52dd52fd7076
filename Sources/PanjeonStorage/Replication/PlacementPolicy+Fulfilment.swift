// SPDX-License-Identifier: Apache-2.0

extension PlacementPolicy {
  /// Whether it holds of a set of volumes.
  package func isFulfilled(by volumes: some Sequence<Volume>) -> Bool {
    switch self {
    case .one(let storageClass):
      return volumes.contains { storageClass == nil || $0.storageClass == storageClass }
    case .across(let count, let attribute, let part):
      let groups = Dictionary(grouping: volumes) { VolumePlace($0, by: attribute) }
      return groups.values.count(where: { part.isFulfilled(by: $0) }) >= count
    case .all(let parts):
      let volumes = Array(volumes)
      return parts.allSatisfy { $0.isFulfilled(by: volumes) }
    }
  }

  /// How many of the single volumes that it asks for a set has, where it is asked for them.
  ///
  /// Never less with more volumes, and as many as there can be if the set fulfils the policy, and only then. So it tells sets
  /// apart that do not.
  package func fulfilledParts(by volumes: [Volume]) -> Int {
    switch self {
    case .one: return isFulfilled(by: volumes) ? 1 : 0
    case .across(let count, let attribute, let part):
      let groups = Dictionary(grouping: volumes) { VolumePlace($0, by: attribute) }
      // Those of the places that are furthest on: the others are not asked for.
      return groups.values.map { part.fulfilledParts(by: $0) }.sorted(by: >)
        .prefix(max(0, count)).reduce(0, +)
    case .all(let parts): return parts.reduce(0) { $0 + $1.fulfilledParts(by: volumes) }
    }
  }

  /// Whether no set without a volume of a class fulfils it.
  package func requires(_ storageClass: Volume.StorageClass) -> Bool {
    switch self {
    case .one(let own): own == storageClass
    case .across(let count, _, let part): count > 0 && part.requires(storageClass)
    case .all(let parts): parts.contains { $0.requires(storageClass) }
    }
  }

  /// Whether a volume of a class may count for any of its parts.
  package func accepts(_ storageClass: Volume.StorageClass) -> Bool {
    switch self {
    case .one(let own): own == nil || own == storageClass
    case .across(_, _, let part): part.accepts(storageClass)
    case .all(let parts): parts.contains { $0.accepts(storageClass) }
    }
  }
}

// MARK: - Policies that never hold

extension PlacementPolicy {
  /// Which part no volumes could fulfil, and why; nil if some volumes fulfil the policy.
  ///
  /// - Parameter within: What kind of place the volumes must lie in together.
  /// - Returns: A clause.
  func contradiction(within: Attribute? = nil) -> String? {
    if within == .volume {
      return classesOfOne.isEmpty ? "one volume cannot fulfil \(self)" : nil
    }
    switch self {
    case .one: return nil
    case .across(let count, let attribute, let part):
      guard let within, within.isWithin(attribute) else {
        return part.contradiction(within: attribute)
      }
      // All lie in one place already.
      if count > 1 { return "\(self) cannot hold within one \(within.rawValue)" }
      return part.contradiction(within: within)
    case .all(let parts):
      for part in parts {
        if let contradiction = part.contradiction(within: within) { return contradiction }
      }
      return nil
    }
  }

  /// The least that says the same of a single volume: `one`, of a class or of any; itself if it holds of none.
  var ofOneVolume: PlacementPolicy {
    let classes = classesOfOne
    if classes.isEmpty { return self }
    return .one(classes.count == 1 ? classes.first : nil)
  }

  /// The classes of which a single volume would fulfil it.
  private var classesOfOne: Set<Volume.StorageClass> {
    switch self {
    case .one(let own): own.map { [$0] } ?? Set(Volume.StorageClass.allCases)
    case .across(let count, _, let part): count > 1 ? [] : part.classesOfOne
    case .all(let parts):
      parts.reduce(Set(Volume.StorageClass.allCases)) { $0.intersection($1.classesOfOne) }
    }
  }
}
