// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Files of several copies, some of them damaged")
struct CopyTests {
  private static let rows = 60

  /// A store with an SSTable, and more in the log unless it was closed; what a killed process leaves of it.
  private func make(isClosed: Bool) async throws -> MirroredFileSystem {
    let mirrored = MirroredFileSystem()
    // Nothing is flushed by itself.
    var configuration = TestStore.configuration(mirrored)
    configuration.memtableBytesMax = 1 << 20
    configuration.logRetentionBytesMax = 16 << 20
    configuration.memoryBudgetBytes = 64 << 20
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    for number in 0..<Self.rows { try await store.put(number, .disk) }
    try await store.flush()
    if isClosed {
      try await store.close()
      return MirroredFileSystem(mirrored.base.killProcess())
    }
    let value = Bytes([UInt8](repeating: 9, count: 800))
    for number in 0..<60 {
      try await store.mutate(
        RowMutations(
          TestStore.row(number),
          [.put(Column(family: "other", qualifier: "w"), timestamp: nil, value: value)]),
        in: "t", durability: .disk)
    }
    let left = MirroredFileSystem(mirrored.base.killProcess())
    try await store.close()
    return left
  }

  private func files(_ suffix: String, _ mirrored: MirroredFileSystem) throws -> [String] {
    try mirrored.list("/store").filter { $0.hasSuffix(suffix) }.map { "/store/" + $0 }
  }

  private func only(_ suffix: String, _ mirrored: MirroredFileSystem) throws -> String {
    let files = try files(suffix, mirrored)
    try #require(files.count == 1)
    return files[0]
  }

  private func flip(_ byte: Int, of path: String, in copies: [Int], _ mirrored: MirroredFileSystem)
  {
    for copy in copies {
      mirrored.base.flipBit(byte * 8 + 3, of: MirroredFileSystem.roots[copy] + path)
    }
  }

  private func check(_ store: EmbeddedStore) async throws {
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.count == Self.rows)
    for number in 0..<Self.rows {
      #expect(try await store.get(Get(TestStore.row(number)), in: "t") != nil)
    }
  }

  @Test("A block that rots in one copy is read from the other, and reported", arguments: [0, 1])
  func block(damaged: Int) async throws {
    let mirrored = try await make(isClosed: true)
    let path = try only(".sst", mirrored)
    flip(50, of: path, in: [damaged], mirrored)
    mirrored.reading = damaged
    let store = try await TestStore.open(mirrored)
    #expect(mirrored.reported.isEmpty)
    try await check(store)
    #expect(Set(mirrored.reported) == [path])
    // What is right is kept, and asked for no more.
    let count = mirrored.reported.count
    try await check(store)
    #expect(mirrored.reported.count == count)
    #expect(store.knownDamage.isEmpty)
    try await store.close()
  }

  @Test("A copy that is not read may rot unnoticed; what rots in both is corruption")
  func others() async throws {
    let mirrored = try await make(isClosed: true)
    let path = try only(".sst", mirrored)
    flip(50, of: path, in: [1], mirrored)
    let store = try await TestStore.open(mirrored)
    try await check(store)
    #expect(mirrored.reported.isEmpty)
    try await store.close()

    flip(51, of: path, in: [0], mirrored)
    let worse = try await TestStore.open(mirrored)
    let error = await errorOf { _ = try await TestStore.rows(worse.scan(Scan(), in: "t")) }
    #expect(error?.code == .corruption && error?.file == path && error?.rows != nil)
    #expect(Set(mirrored.reported) == [path])
    try await worse.close()
  }

  @Test("An SSTable is opened from the copy whose index is right, and has its length")
  func parts() async throws {
    let mirrored = try await make(isClosed: true)
    let path = try only(".sst", mirrored)
    let first = MirroredFileSystem.roots[0] + path
    let whole = try #require(mirrored.base.contents(of: first))
    for damaged in [Array(whole.dropLast(100)), Array(whole.prefix(20)), []] {
      mirrored.base.setContents(of: first, to: damaged)
      mirrored.forgetReports()
      let store = try await TestStore.open(mirrored)
      #expect(mirrored.reported == [path])
      try await check(store)
      try await store.close()
    }
    flip(whole.count - 30, of: path, in: [1], mirrored)
    #expect(await errorOf { _ = try await TestStore.open(mirrored) }?.code == .corruption)
  }

  @Test("Verifying looks at each copy, and names it by its path", arguments: [true, false])
  func verify(isOpen: Bool) async throws {
    let mirrored = try await make(isClosed: false)
    var log = try #require(try files(".log", mirrored).first)
    var store: EmbeddedStore?
    func verify(_ store: EmbeddedStore?) async throws -> VerificationReport {
      if let store { return try await store.verify(isDeep: true) }
      return try await EmbeddedStore.verify(
        at: "/store", isDeep: true, configuration: TestStore.configuration(mirrored))
    }
    if isOpen {
      // Opening writes a MANIFEST and a log of its own; of the log a segment must have ended.
      let opened = try await TestStore.open(mirrored)
      try await TestStore.settle(opened)
      let segments = try #require(opened.background?.segments)
      for number in 0..<10_000 where segments.liveNumbers.count < 2 {
        try await opened.put(number % Self.rows, .disk)
      }
      try await TestStore.settle(opened)
      try #require(segments.liveNumbers.count >= 2)
      log = FileNames.path("/store", .log(segments.liveNumbers[0]))
      store = opened
    }
    let manifests = try mirrored.list("/store").filter { $0.hasPrefix("MANIFEST") }
    let damaged = try files(".sst", mirrored) + [log] + manifests.map { "/store/" + $0 }
    try #require(damaged.count >= 3 && manifests.count == 1)
    let sound = try await verify(store)
    #expect(sound.findings == [])
    #expect(sound.tableFiles == damaged.count - 2 && sound.logSegments > 0)
    #expect(mirrored.reported.isEmpty)
    for (place, path) in damaged.enumerated() { flip(60, of: path, in: [place % 2], mirrored) }
    for reading in [0, 1] {
      mirrored.reading = reading
      mirrored.forgetReports()
      let report = try await verify(store)
      let named = damaged.enumerated().map { MirroredFileSystem.roots[$0 % 2] + $1 }
      #expect(Set(report.findings.map(\.file)) == Set(named), "\(report.findings)")
      #expect(Set(mirrored.reported) == Set(damaged))
      #expect(report.tableFiles == sound.tableFiles && report.logRecords <= sound.logRecords)
    }
    try await store?.close()
  }

  @Test("A segment of the log is replayed from a copy that is whole, once", arguments: [0, 1])
  func replay(damaged: Int) async throws {
    let mirrored = try await make(isClosed: false)
    let logs = try files(".log", mirrored)
    try #require(logs.count >= 2)
    let sound = try await TestStore.open(MirroredFileSystem(mirrored.base.killProcess()))
    let records = sound.recovery.recordsReplayed
    try await sound.close()
    // The header of one, and what comes behind it of the others.
    for (place, path) in logs.enumerated() {
      flip(place == 0 ? 10 : 200, of: path, in: [damaged], mirrored)
    }
    for reading in [0, 1] {
      let copy = MirroredFileSystem(mirrored.base.killProcess())
      copy.reading = reading
      let store = try await TestStore.open(copy)
      #expect(store.recovery.recordsReplayed == records)
      try await check(store)
      #expect(store.metrics.commits.count == 0)
      if damaged == 0 { #expect(copy.reported.contains(logs[1])) }
      try await store.close()
    }
    flip(300, of: logs[0], in: [1 - damaged], mirrored)
    #expect(await errorOf { _ = try await TestStore.open(mirrored) }?.code == .corruption)
  }
}
