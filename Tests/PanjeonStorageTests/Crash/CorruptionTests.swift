// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Corruption")
struct CorruptionTests {
  /// A small closed store with SSTables of each codec, and what is in it; with `log` also records in the log alone.
  private func makeStore(
    log: Bool, seed: UInt64 = TestSeed.value
  ) async throws -> (InMemoryFileSystem, Contents) {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    for (table, codec) in zip(["t", "u"], [LocalityGroup.Compression.lz4, .snappy]) {
      try await store.createTable(
        TableSchema(
          name: table, families: TestStore.schema.families,
          localityGroups: [LocalityGroup("default", compression: codec)]))
    }
    var workload = CrashWorkload(random: SplitMix64(seed: seed))
    for _ in 0..<60 { try await workload.step(store) }
    if !log {
      try await store.close()
      return (disk, workload.oracle.last)
    }
    // Everything synced, nothing flushed: the disk as a killed process leaves it.
    for number in 0..<20 {
      let put = Mutation.put(
        Column(family: "data", qualifier: "q"), timestamp: nil, value: Bytes(utf8: "\(number)"))
      try await store.mutate(RowMutations("end", [put]), in: "t", durability: .disk)
    }
    let contents = try await CrashWorkload.contents(of: store)
    let left = disk.killProcess()
    try await store.close()
    return (left, contents)
  }

  /// What reading a damaged store comes to: the contents, or the error that names the damage.
  private func read(_ disk: InMemoryFileSystem) async throws -> Result<Contents, StoreError> {
    do {
      let store = try await TestStore.open(disk)
      let contents: Result<Contents, StoreError>
      do {
        contents = .success(try await CrashWorkload.contents(of: store))
      } catch let error as StoreError {
        contents = .failure(error)
      }
      do {
        try await store.close()
      } catch  where contents.isFailure {
        return contents
      }
      return contents
    } catch let error as StoreError {
      return .failure(error)
    }
  }

  @Test(
    "A flipped byte of an SSTable, the MANIFEST or CURRENT gives the right data or an error with file and offset"
  )
  func flippedBytes() async throws {
    TestSeed.announce("flippedBytes")
    let (disk, contents) = try await makeStore(log: false)
    var random = SplitMix64(seed: TestSeed.value)
    let names = try disk.list("/store").filter { $0 != "LOCK" && !$0.hasSuffix(".log") }
    #expect(names.contains { $0.hasSuffix(".sst") })
    var refused = 0
    for name in names {
      let path = "/store/" + name
      let bytes = try #require(disk.contents(of: path))
      for _ in 0..<(60 * TestSeed.effort) {
        let copy = disk.killProcess()
        var damaged = bytes
        damaged[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
        copy.setContents(of: path, to: damaged)
        switch try await read(copy) {
        case .success(let found): #expect(found == contents, "\(name) gave other data")
        case .failure(let error):
          refused += 1
          #expect(
            error.code == .corruption || error.code == .unsupportedFormat
              || error.code == .io || error.code == .notAStore, "\(error)")
        }
      }
    }
    #expect(refused > 100)
  }

  @Test(
    "A block that is wrong though its checksum is right ends a scan, by an error or by its end",
    .timeLimit(.minutes(15)))
  func forgedBlocks() async throws {
    TestSeed.announce("forgedBlocks")
    let (disk, _) = try await makeStore(log: false)
    var random = SplitMix64(seed: TestSeed.value)
    var refused = 0
    for name in try disk.list("/store").filter({ $0.hasSuffix(".sst") }) {
      let path = "/store/" + name
      let bytes = try #require(disk.contents(of: path))
      let table = try TableFile.open(
        file: disk.open(path, .read), number: 1,
        cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
      for _ in 0..<(60 * TestSeed.effort) {
        let handle = table.index.handles[random.below(table.index.blockCount)]
        let start = Int(handle.offset)
        let end = start + Int(handle.length) - 4
        var forged = bytes
        for _ in 0..<(1 + random.below(3)) {
          forged[start + random.below(end - start)] ^= UInt8(1 << random.below(8))
        }
        let crc = Array(forged[start..<end]).withUnsafeBytes { Checksum.crc32c($0) }
        for byte in 0..<4 {
          forged[end + byte] = UInt8(truncatingIfNeeded: crc >> (8 * UInt32(byte)))
        }
        let copy = disk.killProcess()
        copy.setContents(of: path, to: forged)
        if case .failure = try await read(copy) { refused += 1 }
      }
    }
    #expect(refused > 10)
  }

  @Test("A truncated SSTable or MANIFEST is an error, wherever it was cut")
  func truncatedFiles() async throws {
    let (disk, contents) = try await makeStore(log: false)
    var random = SplitMix64(seed: TestSeed.value)
    for name in try disk.list("/store").filter({ $0.hasSuffix(".sst") || $0.hasPrefix("MANIFEST") })
    {
      let path = "/store/" + name
      let bytes = try #require(disk.contents(of: path))
      for _ in 0..<(30 * TestSeed.effort) {
        let copy = disk.killProcess()
        copy.setContents(of: path, to: Array(bytes.prefix(random.below(bytes.count))))
        if case .success(let found) = try await read(copy) {
          // Only the last edits of a MANIFEST can look like a torn end: then older files say what they say.
          #expect(name.hasPrefix("MANIFEST"))
          #expect(found == contents || name.hasPrefix("MANIFEST"))
        }
      }
    }
  }

  @Test("A log cut anywhere gives a prefix; a log damaged before what was synced is an error")
  func damagedLog() async throws {
    TestSeed.announce("damagedLog")
    var errors = 0
    // In one store alone the newest segment may have just begun, with nothing in it that was synced.
    for round in 0..<(3 * TestSeed.effort) {
      let (disk, contents) = try await makeStore(log: true, seed: TestSeed.value &+ UInt64(round))
      errors += try await damageLog(disk, contents, seed: TestSeed.value &+ UInt64(round))
    }
    #expect(errors > 0, "damage before a synced offset must be told from a torn end")
  }

  /// Flips bits of the newest segment and cuts it; returns how often that was an error.
  private func damageLog(
    _ disk: InMemoryFileSystem, _ contents: Contents, seed: UInt64
  ) async throws -> Int {
    var random = SplitMix64(seed: seed)
    let path = "/store/" + (try #require(disk.list("/store").last { $0.hasSuffix(".log") }))
    let bytes = try #require(disk.contents(of: path))
    guard case .success(contents) = try await read(disk.killProcess()) else {
      Issue.record("the undamaged store does not open with everything in it")
      return 0
    }
    var errors = 0
    for _ in 0..<50 {
      let copy = disk.killProcess()
      var damaged = bytes
      damaged[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
      copy.setContents(of: path, to: damaged)
      switch try await read(copy) {
      case .success(let found): #expect(found.count <= contents.count + 24)
      case .failure(let error):
        #expect(error.code == .corruption, "\(error)")
        #expect(error.file != nil)
        errors += 1
      }
      let cut = disk.killProcess()
      cut.setContents(of: path, to: Array(bytes.prefix(random.below(bytes.count))))
      guard case .success = try await read(cut) else {
        Issue.record("a truncated newest segment must give a prefix")
        continue
      }
    }
    return errors
  }

  @Test(
    "A directory with other things in it, a newer format and a second writer are refused by name")
  func refusals() async throws {
    let disk = InMemoryFileSystem()
    try disk.createDirectory("/other")
    _ = try disk.open("/other/letter.txt", .createNew)
    await expect(.notAStore) {
      _ = try await EmbeddedStore.open(
        at: "/other", configuration: TestStore.configuration(disk))
    }
    for path in ["/other", "/nowhere"] {
      await expect(.notAStore) {
        _ = try await EmbeddedStore.openReadOnly(
          at: path, configuration: TestStore.configuration(disk))
      }
    }
    let store = try await TestStore.open(disk)
    await expect(.locked) { _ = try await TestStore.open(disk) }
    let reader = try await EmbeddedStore.openReadOnly(
      at: "/store", configuration: TestStore.configuration(disk))
    await expect(.readOnly) { try await reader.createTable(TestStore.schema) }
    try await reader.close()
    try await store.close()
    await expect(.closed) { _ = try await store.tables() }

    disk.setContents(of: "/store/CURRENT", to: Array("MANIFEST-000001 99 00000000\n".utf8))
    await expect(.unsupportedFormat) { _ = try await TestStore.open(disk) }
  }

  private func expect(
    _ code: StoreError.Code, _ body: () async throws -> Void,
    location: SourceLocation = #_sourceLocation
  ) async {
    do {
      try await body()
      Issue.record("no error, where \(code) was expected", sourceLocation: location)
    } catch {
      #expect((error as? StoreError)?.code == code, "\(error)", sourceLocation: location)
    }
  }
}

extension Result {
  fileprivate var isFailure: Bool {
    if case .failure = self { return true }
    return false
  }
}
