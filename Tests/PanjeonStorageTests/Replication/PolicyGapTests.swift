// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("What a set of volumes lacks")
struct PolicyGapTests {
  @Test(
    "It is said in words",
    arguments: [
      ("one(durable)", "a durable volume"),
      ("across(2, rack, one(ephemeral))", "an ephemeral volume in another rack than '1'"),
      (
        "across(4, rack, one(ephemeral))",
        "three ephemeral volumes in different racks other than '1'"
      ),
      ("across(2, volume, one(ephemeral))", "an ephemeral volume besides 'a'"),
      ("across(3, volume, one(ephemeral))", "two ephemeral volumes besides 'a'"),
      ("across(2, rack, one(durable))", "two durable volumes in different racks"),
      ("across(2, zone, one)", "a volume in another zone than '1'"),
      (
        "across(2, zone, across(2, rack, one(ephemeral)))",
        "an ephemeral volume in another rack than '1' in zone '1'; "
          + "in another zone than '1' (two ephemeral volumes in different racks)"
      ),
      (
        "across(3, rack, all(one(ephemeral), one(durable)))",
        "a durable volume in rack '1'; "
          + "in each of two racks other than '1' (an ephemeral volume, and a durable volume)"
      ),
      ("all(one(durable), one(durable), across(1, rack, one(ephemeral)))", "a durable volume"),
    ])
  func words(text: String, phrases: String) throws {
    let policy = try PlacementPolicy(text)
    let gaps = policy.gaps(of: [standing("a", rack: "1", .ephemeral)])
    #expect(gaps.map(\.phrase).joined(separator: "; ") == phrases)
  }

  @Test("Once it is added, the policy is fulfilled")
  func suffices() throws {
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value))
    TestSeed.announce("PolicyGapTests.suffices")
    var additions = 0
    for _ in 0..<2000 {
      let policy = topology.policy(depth: 4)
      let volumes = topology.volumes().map(\.volume)
      guard !Self.isContradictory(policy) else { continue }
      let gaps = policy.gaps(of: volumes)
      #expect(gaps.isEmpty == policy.holds(of: volumes))
      var builder = Builder()
      for gap in gaps { builder.fill(gap) }
      additions += builder.added.count
      #expect(policy.holds(of: volumes + builder.added), "\(policy): \(gaps.map(\.phrase))")
    }
    #expect(additions > 1000)
  }

  /// Whether validation refuses it even with one volume more of each class than it could use in each of many racks.
  private static func isContradictory(_ policy: PlacementPolicy) -> Bool {
    var all: [Volume] = []
    for zone in 1...3 {
      for rack in 1...3 {
        for copy in 1...3 {
          for storageClass in Volume.StorageClass.allCases {
            all.append(
              standing("\(all.count)-\(copy)", rack: "\(rack)", zone: "\(zone)", storageClass))
          }
        }
      }
    }
    return !policy.holds(of: all)
  }
}

/// Adds the volumes that are said to be lacking, and no others.
private struct Builder {
  var added: [Volume] = []

  /// A place that exists or is to be filled, as far as it is determined.
  private struct Place {
    var zone: String?
    var rack: String?
    var name: String?
  }

  mutating func fill(_ gap: PolicyGap) {
    var place = Place()
    if let within = gap.within {
      place.zone = within.zone
      if within.attribute != .zone { place.rack = within.rack }
    }
    guard let attribute = gap.attribute else { return fill(gap.policy, place) }
    for _ in 0..<gap.count { fill(gap.policy, fresh(attribute, in: place)) }
  }

  private mutating func fill(_ policy: PlacementPolicy, _ place: Place) {
    if place.name != nil {
      let fits = Volume.StorageClass.allCases.first {
        policy.holds(of: [standing("", rack: "", $0)])
      }
      return add(fits ?? .durable, place)
    }
    switch policy {
    case .one(let storageClass): add(storageClass ?? .durable, place)
    case .all(let parts): for part in parts { fill(part, place) }
    case .across(let count, let attribute, let part):
      for _ in 0..<count {
        fill(part, count > 1 ? fresh(attribute, in: place) : one(attribute, place))
      }
    }
  }

  private var places = 0

  private mutating func fresh(_ attribute: PlacementPolicy.Attribute, in place: Place) -> Place {
    places += 1
    var result = place
    switch attribute {
    case .zone: result.zone = "new \(places)"
    case .rack: result.rack = "new \(places)"
    case .volume: result.name = "new \(places)"
    }
    return one(attribute, result)
  }

  /// The place determined as far as an attribute goes.
  private mutating func one(_ attribute: PlacementPolicy.Attribute, _ place: Place) -> Place {
    places += 1
    var result = place
    if result.zone == nil { result.zone = "new \(places)" }
    if attribute != .zone, result.rack == nil { result.rack = "new \(places)" }
    if attribute == .volume, result.name == nil { result.name = "new \(places)" }
    return result
  }

  private mutating func add(_ storageClass: Volume.StorageClass, _ place: Place) {
    let place = one(.volume, place)
    guard let name = place.name, let rack = place.rack, let zone = place.zone else { return }
    if added.contains(where: { $0.name == name }) { return }
    added.append(standing(name, rack: rack, zone: zone, storageClass))
  }
}
