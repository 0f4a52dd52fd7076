// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Balancing of volumes")
struct BalancerTests {
  private func volume(
    _ name: String, rack: String, used: UInt64, capacity: UInt64 = .max,
    _ storageClass: Volume.StorageClass = .durable
  ) -> PlaceableVolume {
    var volume = standing(name, rack: rack, storageClass)
    volume.capacityBytes = capacity
    return PlaceableVolume(volume, usedBytes: used)
  }

  private func files(_ bytes: [UInt64], on names: String...) -> [FileCopies] {
    bytes.enumerated().map { number, bytes in
      FileCopies(
        name: "\(names.joined())\(number)", bytes: bytes,
        copies: names.map { CopyState(volume: $0) })
    }
  }

  private func next(
    _ files: [FileCopies], _ volumes: [PlaceableVolume],
    _ policy: PlacementPolicy = .one(.durable), tolerance: Double = 0.1
  ) -> Balancer.Move? {
    Balancer.nextMove(files: files, volumes: volumes, policy: policy, tolerance: tolerance)
  }

  @Test("The file that makes the fullest and the emptiest most even is moved")
  func moves() {
    let volumes = [
      volume("a", rack: "1", used: 60), volume("b", rack: "2", used: 30),
      volume("c", rack: "3", used: 0),
    ]
    let move = next(files([10, 28, 22], on: "a"), volumes)
    #expect(move == Balancer.Move(file: "a1", bytes: 28, from: "a", to: "c"))
    #expect(next(files([60], on: "a"), volumes) == nil)
    #expect(next(files([59], on: "a"), volumes)?.to == "c")
  }

  @Test("Within the tolerance nothing is moved; capacities count where all have one")
  func tolerance() {
    let some = files([5], on: "a")
    let unbounded = [volume("a", rack: "1", used: 60), volume("b", rack: "2", used: 40)]
    #expect(next(some, unbounded, tolerance: 0.2) == nil)
    #expect(next(some, unbounded, tolerance: 0.19) != nil)
    let bounded = [
      volume("a", rack: "1", used: 60, capacity: 1000),
      volume("b", rack: "2", used: 40, capacity: 100),
    ]
    #expect(next(some, bounded) == nil)
    #expect(next(files([9], on: "b"), bounded)?.to == "a")
  }

  @Test("A move keeps the class, the policy and the room")
  func keeps() {
    let standard = [
      volume("a", rack: "1", used: 60, .ephemeral), volume("b", rack: "2", used: 50, .ephemeral),
      volume("b2", rack: "2", used: 0, .ephemeral), volume("d", rack: "3", used: 0),
    ]
    let some = files([10], on: "a", "b", "d")
    #expect(
      next(some, standard, .standard) == Balancer.Move(file: "abd0", bytes: 10, from: "b", to: "b2")
    )
    var full = standard
    full[2].freeBytes = 9
    #expect(next(some, full, .standard) == nil)
    full[2].freeBytes = 10
    #expect(next(some, full, .standard) != nil)
    full[2].condition = .draining
    #expect(next(some, full, .standard) == nil)
  }

  @Test("What needs repair is not moved, nor to where there is something of the file")
  func repairs() {
    let volumes = [
      volume("a", rack: "1", used: 60), volume("b", rack: "2", used: 50),
      volume("c", rack: "3", used: 0),
    ]
    let two = PlacementPolicy.across(2, .rack, .one(.durable))
    #expect(next(files([10], on: "a", "b"), volumes, two)?.to == "c")
    #expect(next(files([10], on: "a"), volumes, two) == nil)
    #expect(next(files([10], on: "a", "b", "c"), volumes, two) == nil)
    var bad = files([10], on: "a", "b")
    bad[0].copies.append(CopyState(volume: "c", isComplete: false))
    #expect(next(bad, volumes, two) == nil)
    bad[0].copies = [CopyState(volume: "a", isDamaged: true), CopyState(volume: "b")]
    #expect(next(bad, volumes, two) == nil)
  }

  @Test("Moves come to an end, each makes volumes more even, and no file needs repair for it")
  func ends() throws {
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value))
    TestSeed.announce("BalancerTests.ends")
    var moves = 0
    for round in 0..<(800 * TestSeed.effort) {
      var map = Self.map(&topology)
      let tolerance = round.isMultiple(of: 3) ? 0 : Double(topology.random.below(20)) / 100
      var unevenness = Self.unevenness(of: map.volumes)
      var seen: Set<[FileCopies]> = []
      while let move = Balancer.nextMove(
        files: Array(map.files.values), volumes: map.volumes, policy: map.policy,
        tolerance: tolerance)
      {
        moves += 1
        try Self.apply(move, to: &map)
        #expect(map.isFulfilled(move.file) && map.isMinimal(move.file))
        #expect(map.task(move.file) == nil)
        let after = Self.unevenness(of: map.volumes)
        try #require(after < unevenness, "\(move) \(map)")
        unevenness = after
        let state = map.files.values.sorted { $0.name < $1.name }
        try #require(seen.insert(state).inserted)
      }
    }
    #expect(moves > 300)
  }

  /// Some volumes, and files that are placed at random, but as the policy wants.
  private static func map(_ topology: inout RandomTopology) -> FileMap {
    var map = FileMap(volumes: topology.volumes(), policy: topology.policy())
    for index in map.volumes.indices { map.volumes[index].usedBytes = 0 }
    for number in 0..<30 {
      let bytes = UInt64(1 + topology.random.below(60))
      let keeping = topology.names(of: map.volumes, chance: 0.6)
      let decision = Placement(policy: map.policy, volumes: map.volumes)
        .place(bytes: bytes, keeping: keeping)
      guard decision.isFulfilled else { continue }
      map.files["f\(number)"] = FileCopies(
        name: "f\(number)", bytes: bytes, copies: decision.chosen.map { CopyState(volume: $0) })
      for index in map.volumes.indices where decision.chosen.contains(map.volumes[index].name) {
        map.volumes[index].usedBytes += bytes
      }
    }
    return map
  }

  private static func apply(_ move: Balancer.Move, to map: inout FileMap) throws {
    let from = try #require(map.volumes.first { $0.name == move.from })
    let to = try #require(map.volumes.first { $0.name == move.to })
    #expect(from.volume.storageClass == to.volume.storageClass)
    for (adding, removing) in [([move.to], []), ([], [move.from])] {
      try map.apply(
        RepairTask(
          file: move.file, bytes: move.bytes, priority: .surplus, adding: adding, removing: removing
        ))
    }
  }

  /// The sum of the squares of what is on the volumes, each over what a share of 1 would be.
  private static func unevenness(of volumes: [PlaceableVolume]) -> Double {
    var sum: Double = 0
    for storageClass in Volume.StorageClass.allCases {
      let members = volumes.filter {
        $0.volume.storageClass == storageClass && $0.condition == .healthy
      }
      let isBounded = members.allSatisfy { $0.volume.capacityBytes != .max }
      for member in members {
        let taken = Double(member.usedBytes + member.reservedBytes)
        sum += taken * taken / (isBounded ? Double(member.volume.capacityBytes) : 1000)
      }
    }
    return sum
  }
}
