// SPDX-License-Identifier: Apache-2.0

/// Chooses the volumes of files: a pure function of topology, usage, policy and the copies that exist.
///
/// Policies only grow truer with more volumes. So it begins with all volumes that can be had, and leaves them out one after
/// another, the least welcome first, as long as no part of the policy is lost. What could not be left out of many cannot be
/// left out of fewer: one pass suffices, and the set it leaves has no superfluous volume. If even all volumes do not fulfil the
/// policy, the same pass keeps what fulfils most parts of it.
package struct Placement: Sendable {
  package let policy: PlacementPolicy

  /// By name.
  package let volumes: [PlaceableVolume]

  /// - Parameters:
  ///   - policy: The policy.
  ///   - volumes: The topology; names are distinct.
  package init(policy: PlacementPolicy, volumes: [PlaceableVolume]) {
    self.policy = policy
    self.volumes = volumes.sorted { $0.name < $1.name }
  }

  /// Chooses volumes.
  ///
  /// - Parameters:
  ///   - bytes: The length of the file.
  ///   - keeping: The volumes that have a whole copy: preferred to all others, and they need no room.
  ///   - mending: The volumes that have a copy to be replaced: preferred to those that have none.
  /// - Returns: The volumes, and the reasons for all of them.
  package func place(
    bytes: UInt64, keeping: Set<String> = [], mending: Set<String> = []
  ) -> PlacementDecision {
    let candidates = volumes.filter { refusal(of: $0, bytes, keeping) == nil }
      .map { volume in
        let isKept = keeping.contains(volume.name)
        return Candidate(
          volume: volume.volume, tier: isKept ? 0 : mending.contains(volume.name) ? 1 : 2,
          share: volume.filledShare(adding: isKept ? 0 : bytes))
      }
      .sorted()
    let most = policy.fulfilledParts(by: candidates.map(\.volume))
    var chosen = candidates
    for candidate in candidates.reversed() {
      let rest = chosen.filter { $0 != candidate }
      if policy.fulfilledParts(by: rest.map(\.volume)) == most { chosen = rest }
    }
    return decision(chosen, bytes: bytes, keeping: keeping)
  }

  private func decision(
    _ chosen: [Candidate], bytes: UInt64, keeping: Set<String>
  ) -> PlacementDecision {
    let set = chosen.map(\.volume)
    let names = Set(set.map(\.name))
    let rejection = PlacementRejection(policy: policy, chosen: set, keeping: keeping)
    var reasons: [String: PlacementReason] = [:]
    for volume in volumes {
      let isKept = keeping.contains(volume.name)
      reasons[volume.name] =
        if names.contains(volume.name) {
          isKept ? .kept : .chosen
        } else if let refusal = refusal(of: volume, bytes, keeping) {
          refusal
        } else {
          isKept ? .surplus : rejection.reason(for: volume.volume)
        }
    }
    return PlacementDecision(
      chosen: names.sorted(), reasons: reasons, missing: policy.gaps(of: set).map(\.phrase),
      isFulfilled: policy.isFulfilled(by: set))
  }

  /// Why a volume cannot be had.
  private func refusal(
    of volume: PlaceableVolume, _ bytes: UInt64, _ keeping: Set<String>
  ) -> PlacementReason? {
    if let refusal = volume.refusal { return refusal }
    if keeping.contains(volume.name) { return nil }
    if !policy.accepts(volume.volume.storageClass) { return .wrongClass }
    return volume.shortage(of: bytes)
  }
}

/// A volume that can be had, and how welcome it is: the least is the most welcome.
private struct Candidate: Comparable {
  let volume: Volume
  /// 0: it has a copy; 1: it has one to be replaced; 2: it has none.
  let tier: Int
  /// What share of it would be taken.
  let share: Double

  static func < (left: Candidate, right: Candidate) -> Bool {
    (left.tier, left.share, left.volume.name) < (right.tier, right.share, right.volume.name)
  }
}
