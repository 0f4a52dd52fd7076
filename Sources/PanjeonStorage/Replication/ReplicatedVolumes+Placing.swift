// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Where files are put, and which of their copies lead.
extension ReplicatedVolumes {
  /// What placement knows of the volumes.
  package var placeable: [PlaceableVolume] {
    let mounted = mounted
    let used = map.bytesUsed(volumes: mounted.count)
    let reserved = bytesReserved(volumes: mounted.count)
    return mounted.map { volume in
      let used = used[volume.place]
      return PlaceableVolume(
        volume.volume, usedBytes: used, freeBytes: volume.freeBytes(used: used),
        condition: volume.placementCondition, reservedBytes: reserved[volume.place])
    }
  }

  /// Decides on which volumes a file is put.
  ///
  /// - Parameters:
  ///   - bytes: How long it will be.
  ///   - existing: The volumes that have it.
  /// - Returns: The decision.
  package func decide(bytes: UInt64, keeping existing: Set<Int> = []) -> PlacementDecision {
    let mounted = mounted
    return Placement(policy: record.policy, volumes: placeable)
      .place(bytes: bytes, keeping: Set(existing.map { mounted[$0].name }))
  }

  /// The volumes on which a new file is put: as many as the policy asks for, or as there are.
  ///
  /// - Parameters:
  ///   - name: The file's name.
  ///   - preferred: Volumes that are to be used, and no others, if they fulfil the policy.
  /// - Returns: Their places.
  /// - Throws: `noSpace` if there is none.
  func place(_ name: String, preferring preferred: Set<Int> = []) throws(StoreError) -> [Int] {
    let bytes = bytesExpected(of: name)
    measureRoom { !$0.hasBeenAskedForRoom }
    askForRoom()
    if let places = place(bytes, among: preferred) { return places }
    var decision = decide(bytes: bytes)
    if !decision.isFulfilled, decision.lacksRoom {
      // There may be more by now.
      measureRoom { decision.lacksRoom(on: $0.name) }
      decision = decide(bytes: bytes)
    }
    let places = mounted.filter { decision.chosen.contains($0.name) }.map(\.place)
    // Whoever repairs says so.
    if !decision.isFulfilled { wakeRepairs() }
    guard !places.isEmpty else {
      throw StoreError(
        .noSpace, "no volume can take a file: " + decision.missing.joined(separator: "; "))
    }
    return places
  }

  /// The volumes for a new file among some; nil if they do not fulfil the policy.
  private func place(_ bytes: UInt64, among places: Set<Int>) -> [Int]? {
    let volumes = placeable.enumerated().filter { places.contains($0.offset) }
    guard !volumes.isEmpty else { return nil }
    let decision = Placement(policy: record.policy, volumes: volumes.map(\.element))
      .place(bytes: bytes)
    guard decision.isFulfilled else { return nil }
    return volumes.filter { decision.chosen.contains($0.element.volume.name) }.map(\.offset)
  }

  /// Whether a volume has room for a file, as far as that is known.
  func hasRoom(for bytes: UInt64, on volume: MountedVolume) -> Bool {
    placeable[volume.place].shortage(of: bytes) == nil
  }

  /// Makes a call on the volumes that *on disk* means, and if it fails on all of them, on those that it means then.
  ///
  /// Throws its error when no others are left.
  func callThoseToSync(
    _ places: some Collection<Int>, _ body: ([Int]) throws(StoreError) -> Void
  ) throws(StoreError) {
    while true {
      let asked = placesToSync(places)
      do throws(StoreError) {
        return try body(asked)
      } catch {
        let isLeft = places.contains { !asked.contains($0) && self[$0].isHealthy }
        guard isLeft else { throw error }
        // Each turn loses a volume.
        for place in asked { fail(self[place], error) }
      }
    }
  }

  /// Volumes in the order in which they should lead.
  package func leadersFirst(_ places: [Int]) -> [MountedVolume] {
    places.map { self[$0] }.sorted { first, second in
      first.isDurable == second.isDurable
        ? first.place < second.place : !first.isDurable
    }
  }

  /// Whether a volume's copy leads: two do, in different racks.
  package static func mayLead(
    _ volume: MountedVolume, beside leading: [MountedVolume]
  ) -> Bool {
    switch leading.count {
    case 0: true
    case 1: leading[0].rack != volume.rack && (!volume.isDurable || leading[0].isDurable)
    default: false
    }
  }
}

extension MountedVolume {
  /// The condition, as placement knows it.
  package var placementCondition: VolumeCondition {
    switch condition {
    case .healthy: isDraining ? .draining : .healthy
    case .failed(let error): .failed(error.message)
    case .removed: .missing
    }
  }
}
