// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Repair of copies")
struct RepairTests {
  private static let topology: [PlaceableVolume] = [
    PlaceableVolume(standing("a", rack: "1", .ephemeral)),
    PlaceableVolume(standing("a2", rack: "1", .ephemeral), usedBytes: 1),
    PlaceableVolume(standing("b", rack: "2", .ephemeral)),
    PlaceableVolume(standing("c", rack: "3", .ephemeral), usedBytes: 9),
    PlaceableVolume(standing("d", rack: "3", .durable)),
    PlaceableVolume(standing("e", rack: "4", .durable), usedBytes: 9),
  ]

  /// The task of a file whose copies are on the named volumes; `!` marks a damaged one, `-` an unfinished one.
  private func task(
    _ copies: String..., policy: PlacementPolicy = .standard,
    conditions: [String: VolumeCondition] = [:]
  ) -> RepairTask? {
    var volumes = Self.topology
    for index in volumes.indices {
      volumes[index].condition = conditions[volumes[index].name] ?? .healthy
    }
    let file = FileCopies(
      name: "f", bytes: 5,
      copies: copies.map { copy in
        CopyState(
          volume: copy.filter { $0 != "!" && $0 != "-" }, isComplete: !copy.hasSuffix("-"),
          isDamaged: copy.hasSuffix("!"))
      })
    return file.repair(by: Placement(policy: policy, volumes: volumes))
  }

  private func expected(
    _ priority: RepairPriority, adding: [String] = [], removing: [String] = [],
    from sources: [String]
  ) -> RepairTask {
    RepairTask(
      file: "f", bytes: 5, priority: priority, adding: adding, removing: removing, sources: sources)
  }

  @Test("The order of priorities is the page's")
  func order() {
    let names = [
      "noDurableCopy", "oneCopy", "underReplicated", "badlySpread", "damagedCopy", "retiring",
      "surplus",
    ]
    #expect(RepairPriority.allCases.map(\.rawValue) == names)
    #expect(RepairPriority.allCases.shuffled().sorted() == RepairPriority.allCases)
  }

  @Test("A file that is as the policy wants it needs nothing; one that is lost cannot be helped")
  func nothing() {
    #expect(task("a", "b", "d") == nil)
    #expect(task("c", "a2", "e") == nil)
    #expect(task() == nil)
    #expect(task("a!", "b-") == nil)
    #expect(
      task("a", "b", "d", conditions: ["a": .failed("x"), "b": .stale, "d": .missing]) == nil)
  }

  @Test("Each priority, what is added and what is removed")
  func priorities() {
    #expect(task("a", "b") == expected(.noDurableCopy, adding: ["d"], from: ["a", "b"]))
    #expect(task("a") == expected(.noDurableCopy, adding: ["b", "d"], from: ["a"]))
    #expect(task("d") == expected(.oneCopy, adding: ["a", "b"], from: ["d"]))
    #expect(task("a", "d") == expected(.underReplicated, adding: ["b"], from: ["a", "d"]))
    #expect(task("a", "a2", "d") == expected(.badlySpread, adding: ["b"], from: ["a", "a2", "d"]))
    #expect(task("a", "c!", "d") == expected(.damagedCopy, adding: ["c"], from: ["a", "d"]))
    #expect(
      task("a", "b", "d", conditions: ["b": .draining])
        == expected(.retiring, adding: ["c"], from: ["a", "b", "d"]))
    #expect(
      task("a", "b", "c", "d", conditions: ["b": .draining])
        == expected(.retiring, removing: ["b"], from: ["a", "b", "c", "d"]))
    #expect(
      task("a", "b", "c", "d", "e")
        == expected(.surplus, removing: ["c", "e"], from: ["a", "b", "c", "d", "e"]))
    #expect(
      task("a", "b", "c!", "d", "e-")
        == expected(.damagedCopy, removing: ["c", "e"], from: ["a", "b", "d"]))
  }

  @Test("A damaged copy is none where it would be the only durable one, or the second")
  func strict() {
    #expect(task("a", "b", "e!") == expected(.noDurableCopy, adding: ["e"], from: ["a", "b"]))
    #expect(task("a!", "b!", "d") == expected(.oneCopy, adding: ["a", "b"], from: ["d"]))
    #expect(task("a", "c-", "d") == expected(.underReplicated, adding: ["c"], from: ["a", "d"]))
  }

  @Test(
    "A durable copy counts as one on a volume that is to be emptied, and is missed only if the policy wants it"
  )
  func durable() {
    #expect(
      task("a", "d", conditions: ["d": .draining])
        == expected(.underReplicated, adding: ["b", "e"], from: ["a", "d"]))
    let ephemeral = PlacementPolicy.across(2, .rack, .one(.ephemeral))
    #expect(task("a", policy: ephemeral) == expected(.oneCopy, adding: ["b"], from: ["a"]))
    let any = PlacementPolicy.across(3, .rack, .one(nil))
    #expect(
      task("a", "b", policy: any) == expected(.underReplicated, adding: ["d"], from: ["a", "b"]))
    #expect(task("a", policy: .one(nil), conditions: ["a": .draining])?.priority == .retiring)
    let gone: [String: VolumeCondition] = ["d": .missing, "e": .failed("x")]
    #expect(task("a", "b", conditions: gone) == nil)
    #expect(
      task("a", "a2", conditions: gone)
        == expected(.badlySpread, adding: ["b"], from: ["a", "a2"]))
  }

  @Test("While a file is degraded nothing is removed, good or bad")
  func degraded() {
    let gone: [String: VolumeCondition] = ["d": .missing, "e": .failed("x"), "b": .draining]
    #expect(task("a", "b", "c", "a2", conditions: gone) == nil)
    #expect(task("a", "c", "a2!", "b-", conditions: gone) == nil)
  }

  @Test(
    "Repairs come to an end, with the policy fulfilled and nothing superfluous; no step loses what is needed"
  )
  func converges() throws {
    var random = RandomTopology(random: SplitMix64(seed: TestSeed.value))
    TestSeed.announce("RepairTests.converges")
    var (fulfilled, steps) = (0, 0)
    for _ in 0..<(4000 * TestSeed.effort) {
      var map = FileMap(volumes: random.volumes(), policy: random.policy())
      map.addFile("f", &random)
      let begin = map
      let canBe = map.canBeFulfilled("f")
      var count = 0
      while let task = map.task("f") {
        count += 1
        try #require(count <= 3, "\(begin) \(map)")
        let wasFulfilled = map.isFulfilled("f")
        #expect(task.adding.isEmpty != task.removing.isEmpty)
        #expect(task.removing.isEmpty || wasFulfilled)
        #expect(!task.sources.isEmpty && task.sources.allSatisfy { map.isGood("f", on: $0) })
        try map.apply(task)
        #expect(map.isFulfilled("f") || !wasFulfilled, "\(begin) \(task)")
      }
      steps += count
      if !canBe {
        #expect(!map.isFulfilled("f"), "\(begin)")
        continue
      }
      fulfilled += 1
      #expect(map.isFulfilled("f") && map.isMinimal("f"), "\(begin) \(map)")
    }
    #expect(fulfilled > 400)
    #expect(steps > 400)
  }

  @Test("Many files, by the queue, come to rest")
  func manyFiles() throws {
    var random = RandomTopology(random: SplitMix64(seed: TestSeed.value &+ 1))
    TestSeed.announce("RepairTests.manyFiles")
    for _ in 0..<100 {
      var map = FileMap(volumes: random.volumes(), policy: random.policy())
      for file in 0..<20 { map.addFile("f\(file)", &random) }
      var queue = RepairQueue(lengthMax: 8)
      var taken = 0
      repeat {
        for file in map.files.keys { if let task = map.task(file) { queue.insert(task) } }
        while let waiting = queue.popFirst() {
          taken += 1
          // What else has been done meanwhile may have taken the room.
          if let task = map.task(waiting.file) { try map.apply(task) }
        }
        try #require(taken < 200)
      } while map.files.keys.contains { map.task($0) != nil }
      for file in map.files.keys where map.isFulfilled(file) { #expect(map.isMinimal(file)) }
    }
  }
}
