// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Placement")
struct PlacementTests {
  /// What the page says of a volume that may be chosen, once more.
  private func canBeHad(_ volume: PlaceableVolume, _ bytes: UInt64, _ keeping: Set<String>) -> Bool
  {
    if keeping.contains(volume.name) { return volume.condition == .healthy }
    guard volume.condition == .healthy else { return false }
    let taken = volume.usedBytes + volume.reservedBytes + bytes
    let fits = volume.freeBytes.map { $0 >= volume.reservedBytes + bytes } ?? true
    return fits && taken <= volume.volume.capacityBytes
  }

  @Test(
    "The policy is fulfilled whenever any volumes would, and none of those chosen could be left out"
  )
  func bruteForce() throws {
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value))
    TestSeed.announce("PlacementTests.bruteForce")
    var (fulfilled, degraded) = (0, 0)
    for _ in 0..<(1500 * TestSeed.effort) {
      let (volumes, policy) = (topology.volumes(), topology.policy())
      let (keeping, bytes) = (topology.names(of: volumes), UInt64(topology.random.below(800)))
      let decision = Placement(policy: policy, volumes: volumes).place(
        bytes: bytes, keeping: keeping)
      let candidates = volumes.filter { canBeHad($0, bytes, keeping) }
      let chosen = volumes.filter { decision.chosen.contains($0.name) }
      let what = "\(policy) of \(volumes), \(bytes) bytes, keeping \(keeping): \(decision)"
      #expect(chosen.allSatisfy { canBeHad($0, bytes, keeping) }, "\(what)")
      let sets = subsets(of: candidates.map(\.volume))
      let canBe = sets.contains { policy.holds(of: $0) }
      #expect(decision.isFulfilled == canBe, "\(what)")
      #expect(decision.isFulfilled == policy.holds(of: chosen.map(\.volume)), "\(what)")
      let most = sets.map { policy.fulfilledParts(by: $0) }.max() ?? 0
      #expect(policy.fulfilledParts(by: chosen.map(\.volume)) == most, "\(what)")
      for one in chosen {
        let rest = chosen.filter { $0 != one }.map(\.volume)
        #expect(canBe ? !policy.holds(of: rest) : policy.fulfilledParts(by: rest) < most, "\(what)")
      }
      #expect(Set(decision.reasons.keys) == Set(volumes.map(\.name)))
      if canBe { fulfilled += 1 } else { degraded += 1 }
    }
    #expect(fulfilled > 300 && degraded > 300)
  }

  @Test("The order of the volumes means nothing, and a second look changes nothing")
  func deterministic() {
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value &+ 1))
    TestSeed.announce("PlacementTests.deterministic")
    for _ in 0..<500 {
      let (volumes, policy) = (topology.volumes(), topology.policy())
      let keeping = topology.names(of: volumes)
      let decision = Placement(policy: policy, volumes: volumes).place(bytes: 100, keeping: keeping)
      let shuffled = Placement(policy: policy, volumes: volumes.shuffled(using: &topology.random))
      #expect(shuffled.place(bytes: 100, keeping: keeping) == decision)
      let again = shuffled.place(bytes: 100, keeping: Set(decision.chosen))
      #expect(again.chosen == decision.chosen)
    }
  }

  @Test("Copies that exist come first, then volumes that would be least full, then names")
  func preferences() throws {
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value &+ 2))
    TestSeed.announce("PlacementTests.preferences")
    var compared = 0
    for round in 0..<4000 {
      let (volumes, policy) = (topology.volumes(), topology.policy())
      let keeping = topology.names(of: volumes, chance: round.isMultiple(of: 2) ? 0.4 : 0)
      let decision = Placement(policy: policy, volumes: volumes).place(bytes: 100, keeping: keeping)
      guard decision.isFulfilled else { continue }
      let candidates = volumes.filter { canBeHad($0, 100, keeping) }
      let chosen = candidates.filter { decision.chosen.contains($0.name) }
      let kept = candidates.filter { keeping.contains($0.name) }
      if policy.holds(of: kept.map(\.volume)) {
        #expect(Set(decision.chosen).isSubset(of: keeping), "\(policy) \(volumes) \(keeping)")
      }
      for one in chosen where !keeping.contains(one.name) {
        for other in candidates
        where !decision.chosen.contains(other.name) && !keeping.contains(other.name) {
          let swapped = chosen.filter { $0 != one }.map(\.volume) + [other.volume]
          guard policy.holds(of: swapped) else { continue }
          compared += 1
          #expect(
            (share(one), one.name) < (share(other), other.name), "\(policy) \(volumes) \(decision)")
        }
      }
    }
    #expect(compared > 100)
  }

  private func share(_ volume: PlaceableVolume) -> Double {
    let total = min(
      volume.volume.capacityBytes, volume.freeBytes.map { $0 + volume.usedBytes } ?? .max)
    return Double(volume.usedBytes + volume.reservedBytes + 100) / Double(total)
  }

  @Test("A copy to be replaced is replaced where it is, rather than put on an emptier volume")
  func mending() {
    let volumes = [
      PlaceableVolume(standing("a", rack: "1", .durable), usedBytes: 10),
      PlaceableVolume(standing("b", rack: "2", .durable), usedBytes: 900),
    ]
    let placement = Placement(policy: .one(.durable), volumes: volumes)
    #expect(placement.place(bytes: 5).chosen == ["a"])
    #expect(placement.place(bytes: 5, mending: ["b"]).chosen == ["b"])
    #expect(placement.place(bytes: 5, keeping: ["a"], mending: ["b"]).chosen == ["a"])
  }

  @Test("Figures at the end of their range do no harm")
  func extremes() {
    var limited = standing("c", rack: "3", .durable)
    limited.capacityBytes = 1
    let volumes = [
      PlaceableVolume(
        standing("a", rack: "1", .durable), usedBytes: .max, freeBytes: .max, reservedBytes: .max),
      PlaceableVolume(standing("b", rack: "2", .durable), freeBytes: 0), PlaceableVolume(limited),
      PlaceableVolume(limited.named("d"), usedBytes: 0, freeBytes: 0),
    ]
    let placement = Placement(policy: .across(-1, .rack, .one(nil)), volumes: volumes)
    #expect(placement.place(bytes: .max).chosen.isEmpty)
    let one = Placement(policy: .one(nil), volumes: volumes)
    #expect(one.place(bytes: .max).isFulfilled == false)
    #expect(one.place(bytes: 0).chosen == ["c"])
  }
}

extension Volume {
  fileprivate func named(_ name: String) -> Volume {
    var result = self
    result.name = name
    return result
  }
}
