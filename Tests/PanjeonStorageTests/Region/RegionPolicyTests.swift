// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Region policies", .serialized)
struct RegionPolicyTests {
  @Test("Each trigger has its bound, whatever the number of regions")
  func bounds() {
    func bound(_ trigger: SplitPolicy.Trigger, _ regions: Int) -> Int? {
      SplitPolicy(trigger).bytesMax(regions: regions, memtableBytes: 100)
    }
    for regions in [1, 2, 5, 1_000_000] {
      #expect(bound(.disabled, regions) == nil)
      #expect(bound(.manual, regions) == nil)
      #expect(bound(.constantSize(bytesMax: 7), regions) == 7)
    }
    #expect(bound(.stepping(bytesMax: 9000), 1) == 200)
    #expect(bound(.stepping(bytesMax: 9000), 2) == 9000)
    #expect(bound(.stepping(bytesMax: 50), 1) == 50)
    #expect(
      [1, 2, 3, 4, 5].map { bound(.increasing(bytesMax: 9000), $0) } == [
        200, 1600, 5400, 9000, 9000,
      ])
    #expect(bound(.increasing(bytesMax: .max), .max) ?? 0 > 0)
  }

  @Test("Rows of one group have one beginning, and it is one of them or before them")
  func groups() {
    let prefix = SplitPolicy(.manual, grouping: .prefix(bytes: 3))
    #expect(prefix.groupStart(of: "abcdef") == "abc")
    #expect(prefix.groupStart(of: "abc") == "abc")
    #expect(prefix.groupStart(of: "ab") == "ab")
    let delimiter = SplitPolicy(.manual, grouping: .delimiter(UInt8(ascii: "_")))
    #expect(delimiter.groupStart(of: "user_1_x") == "user_")
    #expect(delimiter.groupStart(of: "user") == "user")
    #expect(SplitPolicy.manual.groupStart(of: "user_1") == "user_1")
  }

  @Test("Policies without sense are refused where tables are created and altered")
  func refusals() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    for policy in [
      SplitPolicy(.constantSize(bytesMax: 0)), SplitPolicy(.stepping(bytesMax: -1)),
      SplitPolicy(.manual, grouping: .prefix(bytes: 0)),
    ] {
      var schema = TestStore.schema
      schema.name = "bad"
      schema.splitPolicy = policy
      await #expect(throws: StoreError.self) { try await store.createTable(schema) }
      await #expect(throws: StoreError.self) { try await store.setSplitPolicy(policy, of: "t") }
    }
    try await store.close()
  }

  private func fill(_ store: EmbeddedStore, _ count: Int, _ row: (Int) -> String) async throws {
    var random = SplitMix64(seed: 5)
    for number in 0..<count {
      // Sizes are those on disk: what cannot be compressed is as large there.
      let value = Bytes((0..<200).map { _ in UInt8(random.below(256)) })
      try await store.mutate(
        RowMutations(
          Bytes(utf8: row(number)),
          [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: value)]), in: "t",
        durability: .memory)
    }
    try await TestStore.settle(store)
  }

  private func table(
    _ policy: SplitPolicy, clock: any TimeSource = SystemTimeSource()
  ) async throws -> (EmbeddedStore, InMemoryFileSystem) {
    let disk = InMemoryFileSystem()
    var configuration = TestStore.configuration(disk)
    configuration.timeSource = clock
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    var schema = TestStore.schema
    schema.splitPolicy = policy
    try await store.createTable(schema)
    return (store, disk)
  }

  @Test(
    "A table grows by splits as its policy says, reads as one, and keeps policy and origins when opened again"
  )
  func growth() async throws {
    for policy in [
      SplitPolicy(.constantSize(bytesMax: 100_000)), SplitPolicy(.stepping(bytesMax: 150_000)),
      SplitPolicy(.increasing(bytesMax: 120_000)),
    ] {
      var (store, disk) = try await table(policy)
      try await fill(store, 4000) { "row \(10_000 + $0 * 7919 % 4000)" }
      for _ in 0..<2 {
        // Closing has flushed: a region may be over its size by that.
        try await TestStore.settle(store)
        let info = try #require(try await store.info().tables.first)
        #expect(info.schema.splitPolicy == policy)
        #expect(info.regions.count >= 4, "\(policy): \(info.regions.count)")
        #expect(info.regions.allSatisfy { $0.splitPoint == nil }, "\(policy)")
        #expect(info.regions.dropFirst().allSatisfy { $0.cause?.contains("more than") ?? false })
        let rows = try await TestStore.rows(store.scan(Scan(), in: "t")).map(\.row)
        #expect(rows == (0..<4000).map { Bytes(utf8: "row \(10_000 + $0)") })
        try await store.close()
        store = try await TestStore.open(disk)
      }
      try await store.close()
    }
  }

  @Test(
    "Tables that split by hand only, or not at all, do not grow by splits; a changed policy acts at once"
  )
  func manual() async throws {
    let (store, _) = try await table(.manual)
    try await fill(store, 3000) { "row \(10_000 + $0)" }
    #expect(try store.catalog.table("t").regions.count == 1)
    #expect(
      try await store.info().tables.first?.regions.first?.advice == "its table's policy is manual")
    try await store.setSplitPolicy(.disabled, of: "t")
    await #expect(throws: StoreError.self) { try await store.split(table: "t", at: "row 11000") }
    try await store.setSplitPolicy(SplitPolicy(.constantSize(bytesMax: 100_000)), of: "t")
    try await TestStore.settle(store)
    #expect(try store.catalog.table("t").regions.count > 3)
    try await store.close()
  }

  @Test("Rows that stay together are never parted, by policy or by hand")
  func grouping() async throws {
    let policy = SplitPolicy(.constantSize(bytesMax: 40_000), grouping: .prefix(bytes: 6))
    let (store, _) = try await table(policy)
    try await fill(store, 3000) { "user\(10 + $0 % 15) \(1000 + $0)" }
    let starts = try store.catalog.table("t").regions.map(\.rows.start).dropFirst()
    #expect(starts.count >= 3)
    #expect(starts.allSatisfy { $0.count == 6 })
    await #expect(throws: StoreError.self) { try await store.split(table: "t", at: "user15 1") }
    try await store.setSplitPolicy(
      SplitPolicy(.constantSize(bytesMax: 20_000), grouping: .delimiter(UInt8(ascii: "r"))), of: "t"
    )
    try await TestStore.settle(store)
    let after = try store.catalog.table("t").regions.map(\.rows.start).dropFirst()
    #expect(after == starts, "all rows begin with 'user'")
    let info = try #require(try await store.info().tables.first)
    #expect(info.regions.contains { $0.advice.contains("within rows that stay together") })
    try await store.close()
  }

  @Test("A region whose first row is most of it is split behind that row")
  func giantFirstRow() async throws {
    let (store, _) = try await table(.manual)
    var random = SplitMix64(seed: 6)
    for number in 0..<400 {
      let value = Bytes((0..<300).map { _ in UInt8(random.below(256)) })
      let row: Bytes = number < 360 ? "a giant" : Bytes(utf8: "small \(number)")
      let column = Column(family: "data", qualifier: Bytes(utf8: "q\(number)"))
      try await store.mutate(
        RowMutations(row, [.put(column, timestamp: nil, value: value)]), in: "t",
        durability: .memory)
    }
    // The small rows are the last, and a middle is looked for in files only.
    try await store.flush()
    try await TestStore.settle(store)
    let region = try #require(try store.catalog.table("t").regions.first)
    _ = try await store.splitRegion(region.id)
    let starts = try store.catalog.table("t").regions.map(\.rows.start)
    #expect(starts.count == 2 && starts[1] > "a giant")
    try await store.close()
  }

  @Test("Requests are kept from one opening to the next")
  func requests() async throws {
    var (store, disk) = try await table(.manual)
    try await fill(store, 10) { "row \($0)" }
    for number in 0..<7 { _ = try await store.get(Get(Bytes(utf8: "row \(number)")), in: "t") }
    for _ in 0..<2 {
      let region = try #require(try await store.info().tables.first?.regions.first)
      #expect(region.reads == 7 && region.writes == 10)
      try await store.close()
      store = try await TestStore.open(disk)
    }
    try await store.close()
  }

  @Test("Wrong splits and merges are refused with the reason")
  func badInput() async throws {
    let (store, _) = try await table(.manual)
    try await store.createTable(
      TableSchema(name: "other", families: [ColumnFamily("data")]), splitAt: ["m"])
    try await store.split(table: "t", at: "f")
    try await store.split(table: "t", at: "p")
    let ids = try store.catalog.table("t").regions.map(\.id)
    let others = try store.catalog.table("other").regions.map(\.id)
    func refuses(_ reason: String, _ body: () async throws -> Void) async {
      do {
        try await body()
        Issue.record("accepted, though \(reason)")
      } catch let error as StoreError {
        #expect(error.code == .invalidArgument && error.message.contains(reason), "\(error)")
      } catch {
        Issue.record("\(error)")
      }
    }
    await refuses("is its first row") { _ = try await store.splitRegion(ids[1], at: "f") }
    await refuses("lies outside") { _ = try await store.splitRegion(ids[1], at: "p") }
    await refuses("lies outside") { _ = try await store.splitRegion(ids[1], at: "a") }
    await refuses("no file to find a middle in") { _ = try await store.splitRegion(ids[0]) }
    await refuses("there is no region 999") { _ = try await store.splitRegion(999, at: "x") }
    await refuses("row key of no bytes") { _ = try await store.splitRegion(ids[0], at: "") }
    await refuses("not neighbours") { _ = try await store.mergeRegions(ids[0], ids[2]) }
    await refuses("the same region") { _ = try await store.mergeRegions(ids[0], ids[0]) }
    await refuses("belong to tables") { _ = try await store.mergeRegions(ids[2], others[0]) }
    await refuses("lies within rows that stay together") {
      let policy = SplitPolicy(.manual, grouping: .prefix(bytes: 2))
      try await store.createTable(
        TableSchema(name: "y", families: [ColumnFamily("data")], splitPolicy: policy),
        splitAt: ["bcd"])
    }
    await refuses("must ascend") {
      try await store.createTable(
        TableSchema(name: "x", families: [ColumnFamily("data")]), splitAt: ["b", "b"])
    }
    try await store.close()
  }

  @Test(
    "The normaliser splits what is large or hot, merges what is small, and leaves three regions")
  func normalizer() {
    func measure(_ id: UInt64, _ bytes: UInt64, isHot: Bool = false) -> RegionNormalizer.Measure {
      RegionNormalizer.Measure(id: id, bytes: bytes, isHot: isHot, middle: Bytes(utf8: "m\(id)"))
    }
    func actions(_ regions: [RegionNormalizer.Measure]) -> [RegionProposal.Action] {
      RegionNormalizer().propose(regions).map(\.action)
    }
    #expect(actions([]).isEmpty)
    #expect(actions([measure(1, 0), measure(2, 0), measure(3, 0), measure(4, 0)]).isEmpty)
    #expect(
      actions([measure(1, 10), measure(2, 10), measure(3, 100), measure(4, 10)])
        == [.merge(1, 2), .split(region: 3, at: "m3")])
    #expect(actions([measure(1, 1), measure(2, 1), measure(3, 1)]).isEmpty)
    #expect(
      actions([measure(1, 1), measure(2, 1), measure(3, 1), measure(4, 30), measure(5, 30)])
        == [.merge(1, 2), .split(region: 4, at: "m4"), .split(region: 5, at: "m5")])
    #expect(
      actions([measure(1, 10, isHot: true), measure(2, 10), measure(3, 10), measure(4, 40)])
        == [.split(region: 1, at: "m1"), .split(region: 4, at: "m4")])
    #expect(
      actions([
        measure(1, 10, isHot: true), measure(2, 10), measure(3, 10), measure(4, 30), measure(5, 50),
      ]) == [.split(region: 1, at: "m1"), .merge(2, 3), .split(region: 5, at: "m5")])
  }

  @Test("Nothing is hot, and little is merged, while it is not known what regions get")
  func unknownRates() async throws {
    let (store, _) = try await table(.manual)
    try await store.split(table: "t", at: "b")
    try await store.split(table: "t", at: "c")
    let handle = try store.catalog.table("t")
    let rates = RequestRates()
    rates.sample(Array(handle.regions.prefix(2)), atNanoseconds: 0)
    for _ in 0..<3000 { _ = try await store.get(Get("a"), in: "t") }
    rates.sample(handle.regions, atNanoseconds: 10_000_000_000)
    #expect(rates.perSecond(handle.regions[0].id) == 300)
    #expect(rates.hotRegions(of: handle).isEmpty)
    rates.sample(handle.regions, atNanoseconds: 20_000_000_000)
    #expect(rates.hotRegions(of: handle) == [handle.regions[0].id])
    func measure(_ id: UInt64, mayMerge: Bool) -> RegionNormalizer.Measure {
      RegionNormalizer.Measure(id: id, bytes: 1, isHot: false, mayMerge: mayMerge, middle: nil)
    }
    let large = RegionNormalizer.Measure(id: 9, bytes: 100, isHot: false, middle: nil)
    for isKnown in [true, false] {
      let proposed = RegionNormalizer().propose([
        measure(1, mayMerge: isKnown), measure(2, mayMerge: true), large, large,
      ])
      #expect(proposed.map(\.action) == (isKnown ? [.merge(1, 2)] : []))
    }
    try await store.close()
  }

  @Test("Proposals carried out make regions even, and then there are none")
  func normalizing() async throws {
    // Where no time passes nobody learns what regions get, which would change the proposals between two looks at them.
    let (store, _) = try await table(.manual, clock: HeldClock())
    for row in ["row 10010", "row 10020", "row 10030", "row 10040", "row 10050"] {
      try await store.split(table: "t", at: Bytes(utf8: row))
    }
    try await fill(store, 2000) { "row \(10_000 + $0)" }
    var rounds = 0
    while true {
      let proposed = try store.regionProposals(for: "t")
      let done = try await store.normalizeRegions(of: "t")
      #expect(done == proposed)
      if done.isEmpty { break }
      rounds += 1
      try #require(rounds < 20)
      try await TestStore.settle(store)
    }
    #expect(rounds > 0)
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.count == 2000)
    try await store.close()
  }

  @Test("A region that gets most of the requests is hot; a quiet table has none")
  func hot() {
    let hot = HotRegions()
    #expect(hot.find([(1, 5000), (2, 10), (3, 10)]) == [1])
    #expect(hot.find([(1, 900), (2, 50)]) == [1])
    #expect(hot.find([(1, 50), (2, 0), (3, 0)]).isEmpty)
    #expect(hot.find([(1, 500), (2, 500), (3, 500)]).isEmpty)
    #expect(hot.find([(1, 5000)]).isEmpty)
    let many = (1...20).map { (id: UInt64($0), requestsPerSecond: $0 == 7 ? 4000.0 : 100) }
    #expect(hot.find(many) == [7])
  }

  @Test("Rates follow the counters of regions")
  func rates() async throws {
    let (store, _) = try await table(.manual)
    let rates = RequestRates()
    let region = try #require(try store.catalog.table("t").regions.first)
    rates.sample([region], atNanoseconds: 1_000_000_000)
    #expect(rates.perSecond(region.id) == nil)
    for _ in 0..<30 { _ = try await store.get(Get("x"), in: "t") }
    rates.sample([region], atNanoseconds: 11_000_000_000)
    #expect(rates.perSecond(region.id) == 3)
    rates.sample([region], atNanoseconds: 41_000_000_000)
    #expect(rates.perSecond(region.id) == 1.5)
    #expect(region.metrics.reads == 30)
    try await store.close()
  }
}
