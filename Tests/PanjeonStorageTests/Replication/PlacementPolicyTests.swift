// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Placement policies")
struct PlacementPolicyTests {
  @Test("The text of a policy is the page's, and is read back as the same policy")
  func text() throws {
    let standard = "all(across(2, rack, one(ephemeral)), one(durable))"
    #expect(PlacementPolicy.standard.description == standard)
    #expect(try PlacementPolicy(standard) == .standard)
    #expect(
      try PlacementPolicy(" all(across(2,rack,\n one( ephemeral )) ,one (durable)) ") == .standard)
    #expect(try PlacementPolicy("one") == .one(nil))
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value))
    TestSeed.announce("PlacementPolicyTests.text")
    for _ in 0..<300 {
      let policy = topology.policy(depth: 5)
      #expect(try PlacementPolicy(policy.description) == policy)
    }
  }

  @Test(
    "A text that is no policy is refused, with the place",
    arguments: [
      ("", 1, "it ends; expected: one, across or all"),
      ("two", 1, #"it reads "two"; expected: one, across or all"#),
      ("one(slow)", 5, #"it reads "slow)"; expected: ephemeral or durable"#),
      ("one(durable", 12, "it ends; expected: ')'"),
      ("one, one", 4, #"it reads ", one"; expected: its end"#),
      (
        "across(0, rack, one)", 8, #"it reads "0, rack, one)"; expected: a number between 1 and 64"#
      ),
      (
        "across(65, rack, one)", 8,
        #"it reads "65, rack, one)"; expected: a number between 1 and 64"#
      ),
      ("across(2 rack, one)", 10, #"it reads "rack, one)"; expected: ','"#),
      ("across(2, row, one)", 11, #"it reads "row, one)"; expected: rack or zone or volume"#),
      ("across(2, rack)", 15, #"it reads ")"; expected: ','"#),
      ("all()", 5, #"it reads ")"; expected: one, across or all"#),
      ("all(one one)", 9, #"it reads "one)"; expected: ',' or ')'"#),
      (
        "\u{e9}, and more than sixteen", 1,
        "it reads \"\u{e9}, and more than…\"; expected: one, across or all"
      ),
    ])
  func refused(text: String, place: Int, what: String) throws {
    let error = try #require(throws: StoreError.self) { _ = try PlacementPolicy(text) }
    #expect(error.code == .invalidArgument)
    #expect(error.message == "the policy is wrong at character \(place): \(what)")
  }

  @Test("Depth, number of parts and length of a text are bounded")
  func bounds() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "all(", count: depth - 1) + "one" + String(repeating: ")", count: depth - 1)
    }
    func wide(_ parts: Int) -> String {
      "all(" + repeatElement("one", count: parts - 1).joined(separator: ",") + ")"
    }
    #expect(try PlacementPolicy(nested(PlacementPolicy.depthMax)).phrase == "a volume")
    #expect(try PlacementPolicy(wide(PlacementPolicy.partsMax)).isFulfilled(by: []) == false)
    for (text, what) in [
      (nested(PlacementPolicy.depthMax + 1), "no deeper nesting than 8"),
      (nested(700), "no deeper nesting than 8"),
      (wide(PlacementPolicy.partsMax + 1), "no more than 64 parts"),
      (String(repeating: " ", count: 5000), "at most 4096 characters"),
    ] {
      let error = try #require(throws: StoreError.self) { _ = try PlacementPolicy(text) }
      #expect(error.code == .invalidArgument)
      #expect(error.message.contains(what), "\(error)")
    }
  }

  @Test("A policy holds of a set as the page says, and still does with more volumes")
  func meaning() {
    var topology = RandomTopology(random: SplitMix64(seed: TestSeed.value))
    TestSeed.announce("PlacementPolicyTests.meaning")
    for _ in 0..<200 {
      let volumes = topology.volumes().map(\.volume)
      let policy = topology.policy()
      for set in subsets(of: volumes) {
        #expect(policy.isFulfilled(by: set) == policy.holds(of: set), "\(policy) \(set)")
        guard policy.isFulfilled(by: set) else { continue }
        #expect(policy.isFulfilled(by: volumes))
        #expect(policy.fulfilledParts(by: set) == policy.fulfilledParts(by: volumes))
      }
    }
  }

  @Test("Racks of one name in two zones are two racks")
  func racksOfZones() {
    let set = [
      standing("a", rack: "1", .ephemeral), standing("b", rack: "1", zone: "2", .ephemeral),
    ]
    #expect(PlacementPolicy.across(2, .rack, .one(.ephemeral)).isFulfilled(by: set))
  }

  @Test("Whether a class is needed")
  func classes() {
    #expect(PlacementPolicy.standard.requires(.durable))
    #expect(PlacementPolicy.standard.requires(.ephemeral))
    #expect(!PlacementPolicy.across(3, .rack, .one(nil)).requires(.durable))
    #expect(!PlacementPolicy.across(3, .rack, .one(.ephemeral)).accepts(.durable))
    #expect(PlacementPolicy.across(3, .rack, .one(nil)).accepts(.durable))
  }

  @Test(
    "What a policy asks for can be said in words",
    arguments: [
      ("one", "a volume"),
      ("one(ephemeral)", "an ephemeral volume"),
      ("across(2, rack, one(ephemeral))", "two ephemeral volumes in different racks"),
      ("across(3, volume, one)", "three volumes"),
      ("across(12, zone, one(durable))", "12 durable volumes in different zones"),
      ("across(1, rack, one(durable))", "a durable volume"),
      (
        "all(across(2, rack, one(ephemeral)), one(durable))",
        "two ephemeral volumes in different racks, and a durable volume"
      ),
      (
        "across(2, zone, across(2, rack, one(durable)))",
        "in each of two zones (two durable volumes in different racks)"
      ),
      (
        "across(1, rack, all(one(ephemeral), one(durable), one))",
        "in one rack (an ephemeral volume, a durable volume, and a volume)"
      ),
    ])
  func words(text: String, phrase: String) throws {
    #expect(try PlacementPolicy(text).phrase == phrase)
  }
}
