// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import Testing
import WideColumn

@Suite("What a replication configuration refuses")
struct ReplicationValidationTests {
  private static let three = [
    standing("a", rack: "1", .ephemeral), standing("b", rack: "2", .ephemeral),
    standing("d", rack: "3", .durable),
  ]

  private func refusal(
    of volumes: [Volume] = three, policy: PlacementPolicy = .standard,
    _ change: (inout ReplicationConfiguration) -> Void = { _ in }
  ) throws -> StoreError {
    var configuration = ReplicationConfiguration(volumes: volumes)
    configuration.policy = policy
    change(&configuration)
    let error = try #require(throws: StoreError.self) { try configuration.validate() }
    #expect(error.code == .invalidArgument)
    return error
  }

  @Test("The standard three volumes, and the bounds themselves, are taken")
  func taken() throws {
    try ReplicationConfiguration(volumes: Self.three).validate()
    var configuration = ReplicationConfiguration(
      volumes: Self.three
        + (0..<61).map {
          standing(String(repeating: "x", count: 62) + "\(10 + $0)", rack: "r r", .durable)
        })
    configuration.durableCopyBytesBehindMax = 4096
    configuration.repairBytesPerSecond = nil
    configuration.balanceTolerance = 1
    try configuration.validate()
  }

  @Test("Between 1 and 64 volumes are possible")
  func number() throws {
    #expect(
      try refusal(of: []).message == "there are 0 volumes; between 1 and 64 are possible")
    let many = (0..<65).map { standing("v\($0)", rack: "\($0)", .durable) }
    #expect(
      try refusal(of: many).message == "there are 65 volumes; between 1 and 64 are possible")
  }

  @Test(
    "Names are short and plain",
    arguments: ["", "a b", "a/b", "\u{e9}", "a\n", String(repeating: "x", count: 65)])
  func names(name: String) throws {
    #expect(
      try refusal(of: [standing(name, rack: "1", .durable)]).message
        == "the name \(name.debugDescription) of a volume is not possible; a name has 1 to 64 "
        + "letters, digits, '-', '_' and '.'")
  }

  @Test("Names of volumes are distinct")
  func distinct() throws {
    let twice = Self.three + [standing("a", rack: "4", .durable)]
    #expect(
      try refusal(of: twice).message == "two volumes are called 'a'; give them different names")
  }

  @Test("Racks and zones have names")
  func places() throws {
    #expect(
      try refusal(of: [standing("a", rack: "", .durable)]).message
        == #"the rack "" of volume 'a' is not possible; it has 1 to 64 bytes and no control characters"#
    )
    #expect(
      try refusal(of: [standing("a", rack: "1", zone: "\0", .durable)]).message
        == #"the zone "\0" of volume 'a' is not possible; it has 1 to 64 bytes and no control characters"#
    )
  }

  @Test("Capacities and paths are not empty")
  func capacity() throws {
    #expect(
      try refusal { $0.volumes[0].capacityBytes = 0 }.message
        == "the capacity of volume 'a' is 0; leave it out or give it some")
    #expect(
      try refusal { $0.volumes[0].path = "" }.message
        == #"the path "" of volume 'a' is not possible; give the path of a directory"#)
  }

  @Test(
    "Two volumes have different paths, however they are written",
    arguments: [
      ("/x", "/x"), ("/x/", "//x"), ("/x/./y/..", "/x"), ("/../x", "/x"), ("x", "./x"),
      (".", "x/.."),
      ("../x", "../y/../x"),
    ])
  func samePath(first: String, second: String) throws {
    let error = try refusal {
      $0.volumes[0].path = first
      $0.volumes[2].path = second
    }
    #expect(
      error.message == "volumes 'a' and 'd' have the same path; give each a directory of its own")
    #expect(error.file == second)
  }

  @Test(
    "No volume lies inside another",
    arguments: [
      ("/x", "/x/y"), ("/", "/y"), (".", "x"), ("x/../y", "y/z"), ("..", "../x"), ("../..", ".."),
      ("..", "x"), ("../..", "../x"),
    ])
  func inside(outer: String, inner: String) throws {
    for (first, second) in [(outer, inner), (inner, outer)] {
      let volumes = [
        Volume(first == outer ? "out" : "in", at: first, rack: "1", storageClass: .durable),
        Volume(first == outer ? "in" : "out", at: second, rack: "1", storageClass: .durable),
      ]
      let error = try refusal(of: volumes)
      #expect(
        error.message
          == "volume 'in' lies inside volume 'out'; give each a directory of its own")
      #expect(error.file == inner)
    }
  }

  @Test(
    "Paths that only look alike are different",
    arguments: [("/x", "/xy"), ("x", "../x"), ("../x", "../../x"), ("/x/y", "/x/z"), ("/x/y", "y")])
  func differentPaths(first: String, second: String) throws {
    var configuration = ReplicationConfiguration(volumes: Self.three)
    configuration.volumes[0].path = first
    configuration.volumes[2].path = second
    try configuration.validate()
  }

  @Test("Figures have bounds")
  func figures() throws {
    #expect(
      try refusal { $0.durableCopyBytesBehindMax = 0 }.message
        == "durableCopyBytesBehindMax is 0; it must lie between 4096 and 1099511627776")
    #expect(
      try refusal { $0.repairBytesPerSecond = 0 }.message
        == "repairBytesPerSecond is 0; it must lie between 1 and 1099511627776")
    #expect(
      try refusal { $0.volumeTimeout = .zero }.message
        == "volumeTimeout is 0.0 seconds; it must lie between 0.001 seconds and 3153600000.0 seconds"
    )
    #expect(
      try refusal { $0.volumeProbeInterval = .seconds(-1) }.message
        == "volumeProbeInterval is -1.0 seconds; it must lie between 0.001 seconds and 3153600000.0 seconds"
    )
    for tolerance in [-0.1, 1.1, .nan] {
      #expect(
        try refusal { $0.balanceTolerance = tolerance }.message
          == "balanceTolerance is \(tolerance); it must lie between 0.0 and 1.0")
    }
  }

  @Test("Volumes that could never fulfil the policy are refused, with what would")
  func policy() throws {
    let begin =
      "the volumes do not fulfil the policy all(across(2, rack, one(ephemeral)), one(durable)): they lack "
    var volumes = Self.three
    volumes[1].rack = "1"
    #expect(
      try refusal(of: volumes).message
        == begin + "two ephemeral volumes in different racks; "
        + "add an ephemeral volume in another rack than '1'")
    #expect(
      try refusal(of: [volumes[0]]).message
        == begin + "two ephemeral volumes in different racks, and a durable volume; "
        + "add an ephemeral volume in another rack than '1', and a durable volume")
    #expect(
      try refusal(of: [volumes[2]]).message
        == begin + "two ephemeral volumes in different racks; "
        + "add two ephemeral volumes in different racks")
    volumes[0].zone = "x"
    volumes[1].zone = "x"
    #expect(
      try refusal(of: volumes).message
        == begin + "two ephemeral volumes in different racks; "
        + "add an ephemeral volume in another rack than '1' of zone 'x'")
  }

  @Test(
    "A policy that no volumes could fulfil is refused, with the part",
    arguments: [
      ("across(2, rack, across(2, zone, one))", "across(2, zone, one) cannot hold within one rack"),
      ("across(2, zone, across(2, zone, one))", "across(2, zone, one) cannot hold within one zone"),
      (
        "across(1, volume, all(one(durable), one(ephemeral)))",
        "one volume cannot fulfil all(one(durable), one(ephemeral))"
      ),
      (
        "across(1, rack, across(1, zone, across(2, rack, one)))",
        "across(2, rack, one) cannot hold within one rack"
      ),
    ])
  func contradiction(text: String, why: String) throws {
    let policy = try PlacementPolicy(text)
    #expect(
      try refusal(policy: policy).message == "no volumes could fulfil the policy \(text): \(why)")
  }

  @Test("A policy that its text could not hold is refused")
  func bounds() throws {
    var deep = PlacementPolicy.one(nil)
    for _ in 0..<PlacementPolicy.depthMax { deep = .all([deep]) }
    #expect(
      try refusal(policy: deep).message == "the policy is nested more than 8 deep; simplify it")
    #expect(
      try refusal(policy: .all(Array(repeating: .one(nil), count: 64))).message
        == "the policy has more than 64 parts; simplify it")
    #expect(
      try refusal(policy: .all([])).message
        == "all() in the policy asks for nothing; give it a part")
    for count in [-1, 0, 65] {
      #expect(
        try refusal(policy: .across(count, .rack, .one(nil))).message
          == "across(\(count), …) in the policy: it must be between 1 and 64")
    }
  }
}
