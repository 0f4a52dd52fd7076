// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Compaction by age")
struct AgeCompactionTests {
  private static func file(
    _ number: UInt64, level: UInt8, deletes: UInt64 = 0, bytes: UInt64 = 1000
  ) -> FileRecord {
    FileRecord(
      regionID: 1, group: 0, number: number, level: level, fileBytes: bytes, cellCount: 100,
      deleteCount: deletes, smallestSequence: number, largestSequence: number, smallestRow: "a",
      largestRow: "z")
  }

  @Test("What has expired for the most part is rewritten at the bottom")
  func expired() {
    let picker = CompactionPicker()
    let upper = [Self.file(3, level: 0), Self.file(2, level: 0)]
    let bottom = [Self.file(1, level: 1, bytes: 100_000)]
    #expect(picker.pick(upper: upper, bottom: bottom) == nil)
    var situation = CompactionSituation()
    situation.expiredShares = [1: 0.4, 2: 0.49]
    #expect(picker.pick(upper: upper, bottom: bottom, in: situation) == nil)
    situation.expiredShares = [1: 0.6]
    let ofBottom = picker.pick(upper: upper, bottom: bottom, in: situation)
    #expect(ofBottom?.inputsUpper == [])
    #expect(ofBottom?.inputsBottom == bottom)
    #expect(ofBottom?.coversBottom == true)
    situation.expiredShares = [2: 0.6]
    let ofUpper = picker.pick(upper: upper, bottom: bottom, in: situation)
    #expect(ofUpper?.inputsUpper == upper)
    #expect(ofUpper?.outputLevel == 1)
  }

  @Test("Where nothing is written any more, runs and deletes are got rid of, once")
  func idle() {
    let picker = CompactionPicker()
    var situation = CompactionSituation()
    situation.isIdle = true
    let bottom = [Self.file(1, level: 1, bytes: 100_000)]
    #expect(picker.pick(upper: [], bottom: bottom, in: situation) == nil)
    #expect(picker.pick(upper: [Self.file(2, level: 0)], bottom: bottom, in: situation) == nil)
    let deletes = [Self.file(2, level: 0, deletes: 1)]
    #expect(picker.pick(upper: deletes, bottom: bottom, in: situation)?.outputLevel == 1)
    let runs = [Self.file(3, level: 0), Self.file(2, level: 0)]
    #expect(picker.pick(upper: runs, bottom: bottom, in: situation)?.inputsUpper == runs)
  }

  @Test("The share that has expired is reckoned from the ages of the puts")
  func shares() {
    var ages = CellAges()
    for timestamp in stride(from: Int64(0), through: 100, by: 10) {
      ages.note(timestamp: timestamp, end: nil)
    }
    func share(_ time: Int64, _ timeToLive: Int64?) -> Double {
      ages.expiredShare(at: time, timeToLive: timeToLive, cellCount: 11)
    }
    #expect(share(1000, nil) == 0)
    #expect(share(1000, 1001) == 0)
    #expect(share(1000, 950) == 0.5)
    #expect(share(1000, 900) == 1)
    #expect(share(.min, 900) == 0)
    ages.note(timestamp: 50, end: 200)
    ages.note(timestamp: 50, end: 300)
    #expect(ages.expiredShare(at: 250, timeToLive: nil, cellCount: 4) == 0.25)
    #expect(ages.expiredShare(at: 300, timeToLive: nil, cellCount: 4) == 0.5)
  }

  @Test("The disk gets back what has expired, though nobody writes; not while a snapshot sees it")
  func spaceIsGivenBack() async throws {
    let clock = ManualTimeSource()
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.timeSource = clock
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(
      TableSchema(name: "t", families: [ColumnFamily("f", timeToLive: .seconds(100))]))
    for number in 0..<100 {
      var put = Put(TestStore.row(number))
      put.add(family: "f", qualifier: "q", value: Bytes([UInt8](repeating: 1, count: 100)))
      try await store.put(put, in: "t", durability: .memory)
    }
    try await store.flush()
    try await TestStore.settle(store)
    func bytes() throws -> UInt64 {
      try store.catalog.table("t").regions.reduce(0) { $0 + $1.view.fileBytes }
    }
    let before = try bytes()
    #expect(before > 1000)
    var snapshot: StoreSnapshot? = try store.snapshot(.visible)
    clock.advance(by: .seconds(200))
    try await wakeCompaction(store)
    #expect(try bytes() == before)
    #expect(try await store.get(Get(TestStore.row(1)), in: "t") == nil)
    if let snapshot {
      #expect(try await store.get(Get(TestStore.row(1)), in: "t", at: snapshot) != nil)
    }
    snapshot = nil
    clock.advance(by: .seconds(100))
    try await wakeCompaction(store)
    #expect(try bytes() == 0)
    try await store.close()
  }

  @Test(
    "Locks, which do not expire, are not rewritten over and over once the data beside them has gone"
  )
  func locksStay() async throws {
    let clock = ManualTimeSource()
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.timeSource = clock
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(
      TableSchema(name: "t", families: [.lock, ColumnFamily("f", timeToLive: .seconds(100))]))
    for number in 0..<50 {
      var put = Put(TestStore.row(number))
      put.add(family: ColumnFamily.lockFamilyName, qualifier: "", value: "free")
      put.add(family: "f", qualifier: "q", value: "v")
      try await store.put(put, in: "t", durability: .memory)
    }
    try await store.flush()
    clock.advance(by: .seconds(200))
    try await wakeCompaction(store)
    func files() throws -> [UInt64] {
      let view = try store.catalog.table("t").regions[0].view.groups[0]
      return (view.upper + view.bottom).map(\.number)
    }
    let left = try files()
    #expect(left.count == 1)
    for _ in 0..<3 {
      clock.advance(by: .seconds(100))
      try await wakeCompaction(store)
    }
    #expect(try files() == left)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 50)
    try await store.close()
  }

  @Test("A region that is not written to loses its deletes after the delay")
  func idleRegion() async throws {
    let clock = ManualTimeSource()
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.timeSource = clock
    configuration.idleCompactionDelay = .seconds(60)
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    var put = Put("r")
    put.add(family: "data", qualifier: "q", value: "v")
    try await store.put(put, in: "t")
    try await store.flush()
    try await store.delete(Delete("r"), in: "t")
    try await store.flush()
    try await wakeCompaction(store)
    func files() throws -> Int {
      let view = try store.catalog.table("t").regions[0].view.groups[0]
      return view.upper.count + view.bottom.count
    }
    #expect(try files() == 2)
    clock.advance(by: .seconds(61))
    try await wakeCompaction(store)
    #expect(try files() == 0)
    try await store.close()
  }

  /// What a thread does twice a minute.
  private func wakeCompaction(_ store: EmbeddedStore) async throws {
    let background = try #require(store.background)
    background.signals.withLock { $0.wantsCompaction = true }
    background.signals.notifyAll()
    try await TestStore.settle(store)
  }
}
