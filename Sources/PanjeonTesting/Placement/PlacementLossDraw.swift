// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Draws what is left of a store's volumes for its next life.
struct PlacementLossDraw {
  /// What was drawn.
  struct Drawn {
    var loss = PlacementLoss()
    var faults = PlacementFaultCounts()
    /// What is lost of volumes that were in use, in words of the page.
    var lost: VolumeSet = []
  }

  let ledger: PlacementLedger
  let isPower: Bool
  let isClosed: Bool

  private var topology: PlacementTopology { ledger.topology }

  /// Draws losses that leave something promised, mostly.
  func draw(_ random: inout SplitMix64) -> Drawn {
    let isBold = random.chance(0.06)
    var drawn = drawOnce(&random)
    for _ in 0..<12 {
      if !drawn.loss.there.isEmpty, isBold || ledger.promise(drawn.loss).areFilesKept { break }
      drawn = drawOnce(&random)
    }
    if drawn.loss.there.isEmpty {
      drawn.loss.there = topology.all
      drawn.loss.blank = []
    }
    // Those that were lost long ago come back alone: what the others had since is given up, and must stay so.
    let dead = topology.all.subtracting(ledger.used)
    if !dead.isEmpty, !isPower, random.chance(0.15) {
      drawn.loss.there = dead
      drawn.loss.blank = []
    }
    count(&drawn)
    return drawn
  }

  private func drawOnce(_ random: inout SplitMix64) -> Drawn {
    var drawn = Drawn()
    drawn.loss.isPower = isPower
    drawn.loss.isClosed = isClosed
    drawn.loss.there = topology.all
    let used = ledger.used
    drawn.lost = lost(&random, &drawn.faults).intersection(used)
    if isPower, !topology.isStrict {
      // Without power ephemeral volumes are gone, or have what their system happened to write.
      if random.chance(0.65) { drawn.loss.blank.formUnion(topology.ephemeral) }
    }
    for place in drawn.lost.places { lose(place, blankChance: 0.5, &drawn, &random) }
    for place in topology.all.subtracting(used).places where random.chance(0.6) {
      lose(place, blankChance: 0.4, &drawn, &random)
    }
    drawn.loss.blank.formIntersection(drawn.loss.there)
    return drawn
  }

  /// A volume is away, or there is a new disk in its place.
  private func lose(
    _ place: Int, blankChance: Double, _ drawn: inout Drawn, _ random: inout SplitMix64
  ) {
    let volume = VolumeSet(place: place)
    if random.chance(blankChance) {
      drawn.loss.blank.insert(volume)
    } else {
      drawn.loss.there.remove(volume)
    }
  }

  private func lost(
    _ random: inout SplitMix64, _ faults: inout PlacementFaultCounts
  ) -> VolumeSet {
    let places = topology.all.places
    let place = places[random.below(places.count)]
    switch random.below(10) {
    case 0, 1, 2: return []
    case 3:
      faults[.volume] += 1
      return VolumeSet(place: place)
    case 4:
      faults[.rack] += 1
      return topology.rack(of: place)
    case 5:
      faults[.zone] += 1
      return topology.zone(of: place)
    case 6, 7: return topology.ephemeral
    case 8:
      faults[.volume] += 1
      return topology.durable
    default: return VolumeSet(places: places.filter { _ in random.chance(0.4) })
    }
  }

  private func count(_ drawn: inout Drawn) {
    let gone = topology.all.subtracting(drawn.loss.there).union(drawn.loss.blank)
    if !isClosed {
      drawn.faults[isPower ? .power : .process] += 1
      if topology.ephemeral.isSubset(of: gone) { drawn.faults[.allEphemeral] += 1 }
    }
    drawn.faults[.empty] += drawn.loss.blank.places.count
    let known = drawn.loss.there.subtracting(drawn.loss.blank)
    let newest = known.places.map { ledger.lives[$0] }.max() ?? 0
    drawn.faults[.stale] += known.places.count { ledger.lives[$0] < newest && ledger.lives[$0] > 0 }
  }
}
