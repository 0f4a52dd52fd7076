// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// Topologies and policies by chance, small enough that all subsets can be tried.
struct RandomTopology {
  var random: SplitMix64

  mutating func volume(_ number: Int) -> Volume {
    Volume(
      "v\(number)", at: "/v\(number)", rack: "\(1 + random.below(3))",
      zone: "\(1 + random.below(2))", storageClass: random.chance(0.5) ? .ephemeral : .durable,
      capacityBytes: random.chance(0.3) ? .max : UInt64(1 + random.below(2000)))
  }

  mutating func condition() -> VolumeCondition {
    switch random.below(11) {
    case 0: .draining
    case 1: .failed("it answers no more")
    case 2: .stale
    case 3: .missing
    default: .healthy
    }
  }

  /// Up to seven volumes in the given order.
  mutating func volumes() -> [PlaceableVolume] {
    (0..<(1 + random.below(7))).map { number in
      let volume = volume(number)
      return PlaceableVolume(
        volume, usedBytes: UInt64(random.below(1000)),
        freeBytes: random.chance(0.5) ? nil : UInt64(random.below(2000)), condition: condition(),
        reservedBytes: random.chance(0.8) ? 0 : UInt64(random.below(500)))
    }
  }

  mutating func policy(depth: Int = 3) -> PlacementPolicy {
    switch depth > 1 ? random.below(5) : 0 {
    case 1, 2:
      let attribute = PlacementPolicy.Attribute.allCases[random.below(3)]
      return .across(1 + random.below(3), attribute, policy(depth: depth - 1))
    case 3: return .all((0..<(1 + random.below(3))).map { _ in policy(depth: depth - 1) })
    case 4: return .standard
    default:
      switch random.below(3) {
      case 0: return .one(nil)
      case 1: return .one(.ephemeral)
      default: return .one(.durable)
      }
    }
  }

  /// Some of the volumes.
  mutating func names(of volumes: [PlaceableVolume], chance: Double = 0.4) -> Set<String> {
    Set(volumes.filter { _ in random.chance(chance) }.map(\.name))
  }
}

extension PlacementPolicy {
  /// What the page says that a policy means, once more and in another way: by trying which places to take.
  func holds(of volumes: [Volume]) -> Bool {
    switch self {
    case .one(nil): return !volumes.isEmpty
    case .one(let storageClass?): return volumes.map(\.storageClass).contains(storageClass)
    case .all(let parts): return !parts.contains { !$0.holds(of: volumes) }
    case .across(let count, let attribute, let part):
      var places: Set<[String]> = []
      for volume in volumes {
        let place = place(of: volume, attribute)
        if part.holds(of: volumes.filter { self.place(of: $0, attribute) == place }) {
          places.insert(place)
        }
      }
      return places.count >= count
    }
  }

  private func place(of volume: Volume, _ attribute: Attribute) -> [String] {
    switch attribute {
    case .zone: [volume.zone]
    case .rack: [volume.zone, volume.rack]
    case .volume: [volume.name]
    }
  }
}

/// All subsets.
func subsets<Element>(of elements: [Element]) -> [[Element]] {
  (0..<(1 << elements.count)).map { bits in
    elements.indices.filter { bits >> $0 & 1 == 1 }.map { elements[$0] }
  }
}

/// A volume whose only interesting properties are where it stands and its class.
func standing(
  _ name: String, rack: String, zone: String = "1", _ storageClass: Volume.StorageClass
) -> Volume {
  Volume(name, at: "/\(name)", rack: rack, zone: zone, storageClass: storageClass)
}
