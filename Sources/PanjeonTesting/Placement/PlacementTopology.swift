// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// The volumes of a trial, and what the page *Replication* says of copies on them, worked out once more and apart from the engine.
package struct PlacementTopology: Sendable {
  package let volumes: [Volume]
  /// Whether *on disk* means all copies.
  package let isStrict: Bool

  package init(_ volumes: [Volume], isStrict: Bool) {
    self.volumes = volumes
    self.isStrict = isStrict
  }

  /// Draws one that fulfils the standard policy: two to four ephemeral volumes in at least two racks, one or two durable ones, in one
  /// to three zones.
  package init(using random: inout SplitMix64) {
    let ephemeral = [2, 2, 3, 4][random.below(4)]
    let durable = random.chance(0.35) ? 2 : 1
    let zones = [1, 3, 3][random.below(3)]
    var volumes: [Volume] = []
    for number in 0..<(ephemeral + durable) {
      let isEphemeral = number < ephemeral
      // The first two stand in different racks, the first durable one in a third or by chance beside another.
      let rack = number < 2 || random.chance(0.7) ? number : random.below(number)
      let capacity: UInt64 = random.chance(0.5) ? .max : (1 << 30) + UInt64(random.below(1 << 30))
      volumes.append(
        Volume(
          (isEphemeral ? "e" : "d") + "\(isEphemeral ? number + 1 : number - ephemeral + 1)",
          at: "/" + (isEphemeral ? "e" : "d") + "\(number)", rack: "r\(rack)",
          zone: "z\(rack % zones)", storageClass: isEphemeral ? .ephemeral : .durable,
          capacityBytes: capacity))
    }
    self.init(volumes, isStrict: random.chance(0.3))
  }

  package var all: VolumeSet { VolumeSet(places: Array(volumes.indices)) }
  package var ephemeral: VolumeSet { volumes(where: { $0.storageClass == .ephemeral }) }
  package var durable: VolumeSet { volumes(where: { $0.storageClass == .durable }) }

  package func volumes(where isIn: (Volume) -> Bool) -> VolumeSet {
    volumes.enumerated().reduce(into: []) { set, volume in
      if isIn(volume.element) { set.insert(VolumeSet(place: volume.offset)) }
    }
  }

  package func names(_ set: VolumeSet) -> [String] { set.places.map { volumes[$0].name } }

  package func text(_ set: VolumeSet) -> String {
    set.isEmpty ? "none" : names(set).joined(separator: "+")
  }

  /// The volumes that fail together with one of them.
  package func rack(of place: Int) -> VolumeSet {
    volumes(where: { $0.rack == volumes[place].rack && $0.zone == volumes[place].zone })
  }

  package func zone(of place: Int) -> VolumeSet {
    volumes(where: { $0.zone == volumes[place].zone })
  }

  private func racks(_ set: VolumeSet) -> Int {
    Set(set.places.map { [volumes[$0].zone, volumes[$0].rack] }).count
  }

  // MARK: What the page says

  /// The sets on which a new file may be put while some volumes are in use: two ephemeral ones in different racks and a durable one, or as
  /// much of that as there is.
  package func candidates(_ used: VolumeSet) -> Set<VolumeSet> {
    let fast = used.intersection(ephemeral).places
    var pairs: Set<VolumeSet> = []
    for first in fast {
      for second in fast where second > first && !rack(of: first).contains(VolumeSet(place: second))
      {
        pairs.insert([VolumeSet(place: first), VolumeSet(place: second)])
      }
    }
    if pairs.isEmpty { pairs = fast.isEmpty ? [[]] : Set(fast.map { VolumeSet(place: $0) }) }
    let slow = used.intersection(durable).places
    if slow.isEmpty { return pairs }
    return Set(pairs.flatMap { pair in slow.map { pair.union(VolumeSet(place: $0)) } })
  }

  /// Whether some volumes fulfil the policy.
  package func isFulfilled(_ set: VolumeSet) -> Bool {
    racks(set.intersection(ephemeral)) >= 2 && !set.isDisjoint(with: durable)
  }

  /// Which copies have a commit when it is acknowledged.
  package func holders(_ copies: VolumeSet, _ durability: Durability) -> PlacementHolders {
    guard durability >= .operatingSystem else { return PlacementHolders() }
    var leading: VolumeSet = []
    for place in copies.intersection(ephemeral).places where leading.places.count < 2 {
      if leading.isDisjoint(with: rack(of: place)) { leading.insert(VolumeSet(place: place)) }
    }
    if leading.isEmpty {
      for place in copies.places where leading.places.count < 2 {
        if leading.isDisjoint(with: rack(of: place)) { leading.insert(VolumeSet(place: place)) }
      }
    }
    // With too few racks leading, the others are waited for.
    let inMemory = racks(leading) >= min(2, racks(copies)) ? leading : copies
    guard durability == .disk else { return PlacementHolders(inMemory: inMemory) }
    let slow = copies.intersection(durable)
    return PlacementHolders(
      inMemory: inMemory, onDisk: isStrict || slow.isEmpty ? copies : slow)
  }

  /// Whether something that some volumes have is kept when `left` are left with what they had.
  package func keeps(_ holders: PlacementHolders, left: VolumeSet, isPower: Bool) -> Bool {
    let kept = isPower ? holders.onDisk : holders.onDisk.union(holders.inMemory)
    // What is left of an ephemeral volume after a power cut is no promise, unless all copies were synced.
    let counting = isPower && !isStrict ? left.intersection(durable) : left
    return !kept.isDisjoint(with: counting)
  }
}

/// Which volumes have a commit: in the memory of their systems, and on disk.
package struct PlacementHolders: Hashable, Sendable {
  package var inMemory: VolumeSet = []
  package var onDisk: VolumeSet = []

  package init(inMemory: VolumeSet = [], onDisk: VolumeSet = []) {
    self.inMemory = inMemory
    self.onDisk = onDisk
  }
}
