// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Time to live")
struct TimeToLiveTests {
  private static let schema = TableSchema(
    name: "t",
    families: [
      ColumnFamily("plain", versionsMax: 2),
      ColumnFamily("hour", versionsMax: 3, timeToLive: .seconds(3600)),
      ColumnFamily("last", versionsMax: 3, versionsMin: 1, timeToLive: .seconds(3600)),
    ])

  private struct Fixture {
    let clock = ManualTimeSource()
    let store: EmbeddedStore
    var configuration: StoreConfiguration

    init() async throws {
      configuration = TestStore.configuration(InMemoryFileSystem())
      configuration.timeSource = clock
      store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
      try await store.createTable(TimeToLiveTests.schema)
    }

    func put(_ family: String, _ value: Bytes, timeToLive: Duration? = nil) async throws {
      var put = Put("r")
      put.add(family: family, qualifier: "q", value: value, timeToLive: timeToLive)
      try await store.put(put, in: "t", durability: .memory)
    }

    func values(_ family: String, at snapshot: StoreSnapshot? = nil) async throws -> [Bytes] {
      var columns = ColumnSelection()
      columns.add(family: family)
      let get = Get("r", columns: columns, versionsMax: 9)
      guard let snapshot else { return try await store.get(get, in: "t")?.map(\.value) ?? [] }
      return try await store.get(get, in: "t", at: snapshot)?.map(\.value) ?? []
    }
  }

  @Test(
    "A family's versions go when their time has passed, but for those it keeps",
    arguments: [false, true])
  func ofFamily(isFlushed: Bool) async throws {
    let fixture = try await Fixture()
    for value in ["1", "2"] as [Bytes] {
      try await fixture.put("hour", value)
      try await fixture.put("last", value)
      fixture.clock.advance(by: .seconds(1801))
      if isFlushed { try await fixture.store.flush() }
    }
    #expect(try await fixture.values("hour") == ["2"])
    #expect(try await fixture.values("last") == ["2"])
    let snapshot = try fixture.store.snapshot(.visible)
    fixture.clock.advance(by: .seconds(1801))
    #expect(try await fixture.values("hour") == [])
    #expect(try await fixture.values("last") == ["2"])
    // A snapshot goes on showing what it has shown.
    #expect(try await fixture.values("hour", at: snapshot) == ["2"])
    if isFlushed { try await fixture.store.flush() }
    #expect(try await fixture.values("hour", at: snapshot) == ["2"])
    try await fixture.store.close()
  }

  @Test("A put may live shorter than its family's versions, never longer")
  func ofCell() async throws {
    let fixture = try await Fixture()
    try await fixture.put("plain", "old")
    try await fixture.put("plain", "brief", timeToLive: .seconds(10))
    try await fixture.put("hour", "long", timeToLive: .seconds(7200))
    #expect(try await fixture.values("plain") == ["brief", "old"])
    fixture.clock.advance(by: .seconds(11))
    #expect(try await fixture.values("plain") == ["old"])
    #expect(try await fixture.values("hour") == ["long"])
    fixture.clock.advance(by: .seconds(3600))
    #expect(try await fixture.values("hour") == [])
    try await fixture.store.close()
  }

  @Test("What a put has pushed out does not come back when it expires")
  func pushedOut() async throws {
    let fixture = try await Fixture()
    for value in ["1", "2"] as [Bytes] { try await fixture.put("plain", value) }
    try await fixture.put("plain", "brief", timeToLive: .seconds(10))
    #expect(try await fixture.values("plain") == ["brief", "2"])
    fixture.clock.advance(by: .seconds(11))
    #expect(try await fixture.values("plain") == ["2"])
    try await fixture.store.close()
  }

  @Test("Conditions do not find what has expired")
  func conditions() async throws {
    let fixture = try await Fixture()
    try await fixture.put("plain", "brief", timeToLive: .seconds(10))
    let column = Column(family: "plain", qualifier: "q")
    let check = CheckAndMutate([.absent(column)], RowMutations("r"))
    #expect(try await fixture.store.checkAndMutate(check, in: "t", durability: .memory) == false)
    fixture.clock.advance(by: .seconds(11))
    #expect(try await fixture.store.checkAndMutate(check, in: "t", durability: .memory))
    try await fixture.store.close()
  }

  @Test("It is all there after a reopening, and what expired stays so though the clock goes back")
  func reopening() async throws {
    let fixture = try await Fixture()
    try await fixture.put("hour", "1")
    try await fixture.put("plain", "brief", timeToLive: .seconds(5000))
    fixture.clock.advance(by: .seconds(3601))
    try await fixture.put("plain", "later")
    #expect(try await fixture.values("hour") == [])
    try await fixture.store.close()
    var configuration = fixture.configuration
    configuration.timeSource = ManualTimeSource()
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    #expect(try await store.schema(of: "t") == Self.schema)
    let row = try #require(try await store.get(Get("r", versionsMax: 9), in: "t"))
    #expect(row.map(\.value) == ["later", "brief"])
    try await store.close()
  }

  @Test("Times and numbers that make no sense are refused")
  func refusals() async throws {
    let fixture = try await Fixture()
    for timeToLive in [Duration.zero, .seconds(-1), .nanoseconds(999)] {
      let error = await #expect(throws: StoreError.self) {
        try await fixture.put("plain", "x", timeToLive: timeToLive)
      }
      #expect(error?.code == .invalidArgument)
    }
    let families = [
      ColumnFamily("f", versionsMax: 2, versionsMin: 3, timeToLive: .seconds(1)),
      ColumnFamily("f", versionsMin: -1, timeToLive: .seconds(1)),
      ColumnFamily("f", versionsMin: 1),
      ColumnFamily("f", timeToLive: .zero),
      ColumnFamily(ColumnFamily.lockFamilyName, timeToLive: .seconds(1)),
    ]
    for family in families {
      let error = await #expect(throws: StoreError.self) {
        try await fixture.store.createTable(TableSchema(name: "u", families: [family]))
      }
      #expect(error?.code == .invalidArgument, "\(family)")
    }
    // So long that its end cannot be told is for ever.
    try await fixture.put("plain", "x", timeToLive: .seconds(Int64.max))
    #expect(try await fixture.values("plain") == ["x"])
    try await fixture.store.close()
  }
}
