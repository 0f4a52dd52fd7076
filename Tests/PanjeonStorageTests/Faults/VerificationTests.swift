// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Verification")
struct VerificationTests {
  private static let path = "/store"

  /// A store with splits, several files of each table and records in the log; the disk as a killed process leaves it.
  private func makeStore(
    batches: Int = 120
  ) async throws -> (InMemoryFileSystem, CrashWorkload) {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    var random = SplitMix64(seed: TestSeed.value)
    var workload = CrashWorkload(random: random.fork(), regionRandom: random.fork())
    try await workload.run(store, batches: batches)
    try await store.flush()
    for _ in 0..<10 { try await workload.step(store) }
    try await TestStore.settle(store)
    // All of the log on disk, whatever its commits asked for.
    try await store.mutate(
      RowMutations(
        "end", [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: "e")]),
      in: "t", durability: .disk)
    let left = disk.killProcess()
    try await store.close()
    return (left, workload)
  }

  private func verify(
    _ disk: InMemoryFileSystem, deep: Bool = true
  ) async throws -> VerificationReport {
    try await EmbeddedStore.verify(
      at: Self.path, isDeep: deep, configuration: TestStore.configuration(disk))
  }

  private func tables(_ disk: InMemoryFileSystem) throws -> [String] {
    try disk.list(Self.path).filter { $0.hasSuffix(".sst") }
  }

  @Test(
    "A sound store is found sound, offline and open, closed or killed; orphans are named and harmless"
  )
  func sound() async throws {
    TestSeed.announce("sound")
    let (disk, _) = try await makeStore()
    let calls = disk.callCount
    let report = try await verify(disk)
    #expect(report.isSound, "\(report.findings)")
    #expect(report.tableFiles >= 2 && report.blocks > 10 && report.cells > 100)
    #expect(report.logRecords >= 11 && report.bytesRead > 1000)
    #expect(disk.callCount > calls)
    let shallow = try await verify(disk, deep: false)
    #expect(shallow.isSound && shallow.blocks == 0 && shallow.tableFiles == report.tableFiles)

    _ = try disk.open(Self.path + "/999999.sst", .createNew)
    _ = try disk.open(Self.path + "/letter.txt", .createNew)
    let withOrphans = try await verify(disk)
    #expect(withOrphans.isSound)
    #expect(withOrphans.findings.map(\.kind) == [.orphan, .orphan])

    let store = try await TestStore.open(disk)
    #expect(try await store.verify(isDeep: true).findings == [])
    #expect(store.knownDamage.isEmpty)
    try await store.close()
  }

  @Test("Verifying never writes")
  func readsOnly() async throws {
    let (disk, _) = try await makeStore()
    let guarded = FailingFileSystem(disk) { call in
      if call.kind != .open, call.changesDisk { Issue.record("verify calls \(call)") }
      return nil
    }
    _ = try await EmbeddedStore.verify(
      at: Self.path, isDeep: true, configuration: TestStore.configuration(guarded))
    _ = try await EmbeddedStore.salvage(
      at: Self.path, configuration: TestStore.configuration(guarded)
    ).store.close()
  }

  @Test("Missing, exchanged and forged files are found and named, with their rows")
  func damagedFiles() async throws {
    TestSeed.announce("damagedFiles")
    let (disk, _) = try await makeStore()
    let names = try tables(disk)
    let first = try #require(names.first)
    let last = try #require(names.last)

    let missing = disk.killProcess()
    try missing.remove(Self.path + "/" + first)
    let gone = try await verify(missing, deep: false)
    #expect(gone.findings.contains { $0.kind == .missing && $0.file == first && $0.rows != nil })

    let exchanged = disk.killProcess()
    exchanged.setContents(
      of: Self.path + "/" + first, to: try #require(disk.contents(of: Self.path + "/" + last)))
    let other = try await verify(exchanged, deep: false)
    #expect(other.findings.contains { $0.kind == .count && $0.file == first && $0.table != nil })

    let logs = try disk.list(Self.path).filter { $0.hasSuffix(".log") }
    let cut = disk.killProcess()
    cut.flipBit(8 * 40, of: Self.path + "/" + (try #require(logs.last)))
    #expect(try await verify(cut).findings.contains { $0.kind == .log })
  }

  /// A store of one SSTable whose contents a test has exchanged for others, though with right checksums.
  private func forge(
    _ change: (TableProperties, TableFile) throws -> [UInt8]
  ) async throws -> VerificationReport {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    for number in 0..<30 {
      try await store.mutate(
        RowMutations(
          TestStore.row(number),
          [.put(Column(family: "data", qualifier: "q"), timestamp: nil, value: "v")]),
        in: "t", durability: .disk)
    }
    try await store.close()
    let path = Self.path + "/" + (try #require(tables(disk).first))
    let table = try TableFile.open(
      file: disk.open(path, .read), number: 1,
      cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
    let copy = disk.killProcess()
    copy.setContents(of: path, to: try change(table.properties, table))
    return try await verify(copy)
  }

  @Test("A filter that denies a row is found, though its checksum is right")
  func forgedFilter() async throws {
    let report = try await forge { properties, table in
      try ForgedTable.of(table) { $0.filter = [UInt8](repeating: 0, count: 64) }
    }
    #expect(report.findings.map(\.kind) == [.filter])
  }

  @Test("Properties that count otherwise than the blocks are found, though their checksum is right")
  func forgedProperties() async throws {
    let report = try await forge { properties, table in
      try ForgedTable.of(table) { $0.properties.rawBytes += 1 }
    }
    #expect(report.findings.map(\.kind) == [.count])
    let deletes = try await forge { properties, table in
      try ForgedTable.of(table) { $0.properties.deleteCount = 5 }
    }
    #expect(deletes.findings.map(\.kind) == [.count])
  }

  @Test("The scrub finds rot in an open store by itself, and confines it")
  func scrub() async throws {
    TestSeed.announce("scrub")
    let (disk, _) = try await makeStore()
    var configuration = TestStore.configuration(disk)
    configuration.scrubBytesPerSecond = 1 << 30
    configuration.scrubInterval = .milliseconds(1)
    let store = try await EmbeddedStore.open(at: Self.path, configuration: configuration)
    try await TestStore.settle(store)
    let passes = store.metrics.scrub.passes
    while store.metrics.scrub.passes < passes + 2 {
      try await Task.sleep(for: .milliseconds(1))
    }
    #expect(store.knownDamage.isEmpty)
    #expect(store.metrics.scrub.bytes > 1000)
    let groups = store.catalog.all.flatMap(\.regions).flatMap(\.view.groups)
    let victim = try #require(groups.flatMap { $0.upper + $0.bottom }.first).file.path
    disk.flipBit(100, of: victim)
    for _ in 0..<20_000 where store.knownDamage.isEmpty {
      try await Task.sleep(for: .milliseconds(1))
    }
    let found = store.knownDamage
    #expect(found.count == 1 && found.first?.kind == .damaged && found.first?.rows != nil)
    #expect(found.first.map { victim.hasSuffix($0.file) } == true)
    // Confined: writing and reading elsewhere go on.
    let put = Mutation.put(
      Column(family: "data", qualifier: "q"), timestamp: nil, value: "z")
    try await store.mutate(RowMutations("zzz", [put]), in: "t", durability: .disk)
    #expect(store.readOnlyCause == nil)
    try await store.close()
  }

  @Test("The scrub keeps to its rate, and ends when it is not wanted any more")
  func scrubRate() throws {
    let pauses = Mutex(Duration.zero)
    var pacer = ReadPacer(bytesPerSecond: 1_000_000) { duration in
      pauses.withLock { $0 += duration }
      return false
    }
    for _ in 0..<100 { try pacer.read(50_000) }
    // It may be ahead by what it reads at once.
    let waited = pauses.withLock { $0 }
    #expect(waited <= .seconds(5) && waited > .seconds(4.8), "\(waited)")
    var ended = ReadPacer(bytesPerSecond: 1) { _ in true }
    #expect(throws: StoreError.self) { try ended.read(100_000) }
  }

  @Test("Rot of any part of a file is found in the open store, though the part is in memory")
  func openStore() async throws {
    let (disk, _) = try await makeStore()
    let store = try await TestStore.open(disk)
    try await TestStore.settle(store)
    let sound = try await store.verify(isDeep: true)
    #expect(sound.findings == [] && sound.tableFiles > 0 && sound.blocks > 0)
    let table = try #require(tables(disk).last)
    let manifest = try #require(disk.list(Self.path).last { $0.hasPrefix("MANIFEST") })
    for name in [table, manifest, "CURRENT"] {
      let path = Self.path + "/" + name
      let bytes = try #require(disk.contents(of: path))
      // The last bytes of an SSTable are its footer, index and properties.
      for place in stride(from: bytes.count - 1, to: max(0, bytes.count - 400), by: -37) {
        disk.flipBit(8 * place + 2, of: path)
        let report = try await store.verify(isDeep: true)
        let isFound = report.findings.contains { $0.isDamage }
        // The MANIFEST's last edit may look torn; it is then not what the store has in memory.
        #expect(isFound, "\(name), byte \(place)")
        disk.setContents(of: path, to: bytes)
      }
    }
    #expect(try await store.verify(isDeep: true).findings == [])
    try await store.close()
  }

  @Test("A sector that cannot be read halts nothing but the compaction of its group")
  func unreadableSector() async throws {
    let disk = InMemoryFileSystem()
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await TestStore.open(failing)
    try await store.createTable(TestStore.schema)
    func write(_ number: Int) async throws {
      let put = Mutation.put(
        Column(family: "data", qualifier: "q"), timestamp: nil, value: Bytes(utf8: "v\(number)"))
      try await store.mutate(
        RowMutations(TestStore.row(number), [put]), in: "t", durability: .disk)
      try await store.flush()
    }
    try await write(0)
    let group = try store.catalog.table("t").regions[0].view.groups[0]
    let victim = try #require((group.upper + group.bottom).first).file.path
    failing.fail { $0.kind == .read && $0.path == victim ? .ioError : nil }
    for number in 1..<20 { try await write(number) }
    try await TestStore.settle(store)
    #expect(store.readOnlyCause == nil)
    #expect(store.knownDamage.count == 1)
    #expect(store.metrics.stalls.total == .zero, "others are not slowed down")
    #expect(try await store.get(Get(TestStore.row(19)), in: "t") != nil)
    try await store.close()
  }

  @Test("A scrub of a slow rate does not hold up closing")
  func slowScrub() async throws {
    let (disk, _) = try await makeStore()
    var configuration = TestStore.configuration(disk)
    configuration.scrubBytesPerSecond = 1
    let store = try await EmbeddedStore.open(at: Self.path, configuration: configuration)
    let begin = ContinuousClock.now
    try await store.close()
    // At a byte a second its pass would take hours.
    #expect(ContinuousClock.now - begin < .seconds(60))
  }

  @Test("Damage that a compaction meets halts nothing but the compaction of that group")
  func damagedCompaction() async throws {
    TestSeed.announce("damagedCompaction")
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    for name in ["t", "u"] {
      var schema = TestStore.schema
      schema.name = name
      try await store.createTable(schema)
    }
    func write(_ number: Int) async throws {
      for table in ["t", "u"] {
        try await store.mutate(
          RowMutations(
            TestStore.row(number),
            [
              .put(
                Column(family: "data", qualifier: "q"), timestamp: nil,
                value: Bytes(utf8: "v\(number)"))
            ]),
          in: table, durability: .disk)
      }
      try await store.flush()
    }
    try await write(0)
    // Both tables have one file; that of t rots.
    let group = try store.catalog.table("t").regions[0].view.groups[0]
    let victim = try #require((group.upper + group.bottom).first).file.path
    disk.flipBit(24, of: victim)
    for number in 1..<20 { try await write(number) }
    try await TestStore.settle(store)
    #expect(store.readOnlyCause == nil)
    let damage = try #require(store.knownDamage.first)
    #expect(store.knownDamage.count == 1 && damage.table == "t" && victim.hasSuffix(damage.file))
    #expect(try store.catalog.table("t").regions[0].view.groups[0].upper.count >= 20)
    #expect(try store.catalog.table("u").regions[0].view.groups[0].upper.count < 15)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "u")).count == 20)
    #expect(try await store.get(Get(TestStore.row(19)), in: "t") != nil)
    do {
      _ = try await store.get(Get(TestStore.row(0)), in: "t")
      Issue.record("a damaged row was read")
    } catch {
      #expect(error.code == .corruption && error.rows?.contains(TestStore.row(0)) == true)
    }
    try await store.close()
  }
}
