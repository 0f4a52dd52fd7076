// SPDX-License-Identifier: Apache-2.0

/// Finds out why a volume that could be had was not chosen, by asking what else would have to be different about it.
struct PlacementRejection {
  let policy: PlacementPolicy
  /// The chosen volumes, the most welcome first.
  let chosen: [Volume]
  let keeping: Set<String>

  func reason(for volume: Volume) -> PlacementReason {
    let here = uses(of: volume)
    var elsewhere = volume
    // No rack or zone of a volume has such a name.
    elsewhere.rack = "\u{0}"
    if here.isExceeded(by: uses(of: elsewhere)),
      let other = chosen.first(where: {
        VolumePlace($0, by: .rack) == VolumePlace(volume, by: .rack)
      })
    {
      return .rackTaken(by: other.name)
    }
    elsewhere.zone = "\u{0}"
    if here.isExceeded(by: uses(of: elsewhere)),
      let other = chosen.first(where: { $0.zone == volume.zone })
    {
      return .zoneTaken(by: other.name)
    }
    // The least welcome of those in whose place it could be; a copy that exists is no rival.
    if let other = here.replaceable.last(where: { !keeping.contains($0) }) {
      return .fuller(than: other)
    }
    if !here.replaceable.isEmpty { return .notNeeded }
    var another = volume
    another.storageClass = volume.storageClass == .durable ? .ephemeral : .durable
    return here.isExceeded(by: uses(of: another)) ? .wrongClass : .notNeeded
  }

  /// What a volume would be good for.
  private struct Uses {
    /// Whether it fulfils a part that is lacking.
    let fulfilsMore: Bool
    /// The chosen ones in whose place it could be.
    let replaceable: [String]

    func isExceeded(by other: Uses) -> Bool {
      other.fulfilsMore && !fulfilsMore || !Set(other.replaceable).isSubset(of: replaceable)
    }
  }

  private func uses(of volume: Volume) -> Uses {
    let parts = policy.fulfilledParts(by: chosen)
    return Uses(
      fulfilsMore: policy.fulfilledParts(by: chosen + [volume]) > parts,
      replaceable: chosen.filter { other in
        let set = chosen.filter { $0.name != other.name } + [volume]
        return policy.fulfilledParts(by: set) >= parts
      }.map(\.name))
  }
}
