// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Why volumes are chosen or not")
struct PlacementReasonTests {
  private let a = PlaceableVolume(
    standing("a", rack: "1", .ephemeral), usedBytes: 10, freeBytes: 90)
  private let b = PlaceableVolume(
    standing("b", rack: "2", .ephemeral), usedBytes: 20, freeBytes: 80)
  private let d = PlaceableVolume(standing("d", rack: "3", .durable), usedBytes: 30, freeBytes: 70)

  private func reason(
    for other: PlaceableVolume, policy: PlacementPolicy = .standard, keeping: Set<String> = []
  ) -> PlacementReason? {
    Placement(policy: policy, volumes: [a, b, d, other]).place(bytes: 5, keeping: keeping)
      .reasons[other.name]
  }

  private func other(
    rack: String = "9", zone: String = "1", _ storageClass: Volume.StorageClass = .ephemeral,
    used: UInt64 = 40, condition: VolumeCondition = .healthy
  ) -> PlaceableVolume {
    PlaceableVolume(
      standing("x", rack: rack, zone: zone, storageClass), usedBytes: used, freeBytes: 100 - used,
      condition: condition)
  }

  @Test("What speaks against a volume by itself")
  func byItself() {
    for (condition, expected) in [
      (.draining, .draining), (.stale, .stale), (.missing, .missing),
      (.failed("it timed out"), .failed("it timed out")),
    ] as [(VolumeCondition, PlacementReason)] {
      #expect(reason(for: other(used: 0, condition: condition)) == expected)
    }
    #expect(reason(for: other(used: 96)) == .noRoom(freeBytes: 4, neededBytes: 5))
    var limited = other(used: 0)
    limited.volume.capacityBytes = 10
    limited.reservedBytes = 6
    #expect(reason(for: limited) == .overCapacity(takenBytes: 6, capacityBytes: 10))
    let ephemeral = PlacementPolicy.across(2, .rack, .one(.ephemeral))
    #expect(reason(for: other(.durable, used: 0), policy: ephemeral) == .wrongClass)
  }

  @Test("What speaks against a volume beside others")
  func besideOthers() {
    #expect(reason(for: other()) == .fuller(than: "b"))
    #expect(reason(for: other(.durable)) == .fuller(than: "d"))
    #expect(reason(for: other(rack: "3", .durable)) == .fuller(than: "d"))
    #expect(reason(for: other(rack: "1")) == .rackTaken(by: "a"))
    #expect(reason(for: other(rack: "1", zone: "2")) == .fuller(than: "b"))
    let zones = PlacementPolicy.across(2, .zone, .one(.ephemeral))
    let far = PlaceableVolume(standing("far", rack: "1", zone: "2", .ephemeral))
    let reasons = Placement(policy: zones, volumes: [a, b, far]).place(bytes: 5).reasons
    #expect(reasons == ["a": .chosen, "b": .zoneTaken(by: "a"), "far": .chosen])
  }

  @Test("Copies that exist are kept, need no room, and are surplus if others are enough")
  func copies() {
    #expect(reason(for: other(used: 100), keeping: ["x", "a", "d"]) == .kept)
    #expect(reason(for: other(), keeping: ["x", "a", "b", "d"]) == .surplus)
    #expect(reason(for: other(used: 0), keeping: ["a", "b", "d"]) == .notNeeded)
    #expect(reason(for: other(used: 0, condition: .draining), keeping: ["x", "d"]) == .draining)
    #expect(reason(for: other(used: 0)) == .chosen)
  }

  @Test("If the policy cannot be fulfilled, most parts of it are, and what is missing is named")
  func degraded() {
    let second = PlaceableVolume(standing("e", rack: "1", .ephemeral), usedBytes: 50)
    let decision = Placement(policy: .standard, volumes: [a, second, d]).place(bytes: 5)
    #expect(decision.chosen == ["a", "d"] || decision.chosen == ["d", "e"])
    #expect(!decision.isFulfilled)
    #expect(decision.missing == ["an ephemeral volume in another rack than '1'"])
    let rejected = decision.chosen.contains("a") ? "e" : "a"
    let taker = decision.chosen.contains("a") ? "a" : "e"
    #expect(decision.reasons[rejected] == .rackTaken(by: taker))
    let none = Placement(policy: .standard, volumes: [d]).place(bytes: 5)
    #expect(none.missing == ["two ephemeral volumes in different racks"])
    #expect(none.chosen == ["d"])
    let durable = PlaceableVolume(standing("f", rack: "4", .durable), usedBytes: 60, freeBytes: 40)
    let wrong = Placement(policy: .standard, volumes: [a, d, durable]).place(bytes: 5)
    #expect(wrong.reasons["f"] == .fuller(than: "d"))
  }

  @Test("What is said of a volume is true")
  func truth() {
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value))
    TestSeed.announce("PlacementReasonTests.truth")
    var counts: [String: Int] = [:]
    for _ in 0..<2000 {
      let (volumes, policy) = (topology.volumes(), topology.policy())
      let keeping = topology.names(of: volumes, chance: 0.25)
      let decision = Placement(policy: policy, volumes: volumes).place(bytes: 50, keeping: keeping)
      for volume in volumes {
        guard let reason = decision.reasons[volume.name] else {
          Issue.record("no reason for \(volume.name)")
          continue
        }
        let kind = reason.description.prefix { $0 != ":" && $0 != "'" }
        counts[String(kind), default: 0] += 1
        #expect(!reason.description.contains("\n"))
        let isChosen = decision.chosen.contains(volume.name)
        #expect(isChosen == [.chosen, .kept].contains(reason))
        let taker: String? =
          switch reason {
          case .rackTaken(let other), .zoneTaken(let other), .fuller(let other): other
          default: nil
          }
        guard let taker, let rival = volumes.first(where: { $0.name == taker }) else { continue }
        #expect(decision.chosen.contains(taker) && !keeping.contains(volume.name))
        switch reason {
        case .rackTaken:
          #expect(
            rival.volume.rack == volume.volume.rack && rival.volume.zone == volume.volume.zone)
        case .zoneTaken: #expect(rival.volume.zone == volume.volume.zone)
        default:
          #expect(!keeping.contains(taker))
          #expect(share(rival) <= share(volume), "\(volume) \(decision)")
        }
      }
    }
    for kind in [
      "rack taken by ", "zone taken by ", "not emptier than ", "not needed", "surplus",
      "wrong class",
    ] {
      #expect(counts[kind, default: 0] > 10, "\(kind): \(counts)")
    }
  }

  private func share(_ volume: PlaceableVolume) -> Double {
    let total = min(
      volume.volume.capacityBytes, volume.freeBytes.map { $0 + volume.usedBytes } ?? .max)
    return Double(volume.usedBytes + volume.reservedBytes + 50) / Double(total)
  }

  @Test("An explanation names the policy, each volume with its reason, and the outcome")
  func explanation() {
    let third = PlaceableVolume(
      standing("third", rack: "2", zone: "z", .ephemeral), usedBytes: 5 << 20)
    let gone = PlaceableVolume(
      standing("gone", rack: "7", .durable), condition: .failed("I/O error"))
    let placement = Placement(policy: .standard, volumes: [a, third, gone])
    #expect(
      placement.explain(bytes: 5, keeping: ["a"]) == [
        "policy: all(across(2, rack, one(ephemeral)), one(durable))",
        "it asks for two ephemeral volumes in different racks, and a durable volume",
        "a file of 5 B goes to 'a' and 'third'",
        "  a      ephemeral  rack '1'              10 B used, 10 % taken  chosen: it has a copy",
        "  gone   durable    rack '7'              0 B used               failed: I/O error",
        "  third  ephemeral  rack '2' of zone 'z'  5.0 MiB used           chosen",
        "missing: a durable volume", "the file would be degraded",
      ])
  }
}
