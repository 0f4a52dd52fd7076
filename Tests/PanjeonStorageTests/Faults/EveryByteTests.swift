// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("EveryByte")
struct EveryByteTests {
  /// A small store and what is in it: closed, or as a killed process leaves it, with records in the log alone.
  private func makeStore(
    log: Bool
  ) async throws -> (disk: InMemoryFileSystem, oracle: PrefixOracle<Contents>) {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    for table in CrashWorkload.tables {
      var schema = TestStore.schema
      schema.name = table
      try await store.createTable(schema)
    }
    var workload = CrashWorkload(random: SplitMix64(seed: TestSeed.value))
    for _ in 0..<6 { try await workload.step(store) }
    try await store.flush()
    if log {
      for _ in 0..<8 { try await workload.step(store) }
      let column = Column(family: "data", qualifier: "end")
      // The second one's chunk knows that all before it were synced.
      for value in [Bytes(utf8: "first"), "last"] {
        let put = RowMutations("end", [.put(column, timestamp: nil, value: value)])
        workload.oracle.record { $0[Column(family: "t", qualifier: "end")] = [column: value] }
        try await store.mutate(put, in: "t", durability: .disk)
      }
    }
    let left = disk.killProcess()
    try await store.close()
    return (log ? left : disk.killProcess(), workload.oracle)
  }

  private func read(_ disk: InMemoryFileSystem) async throws -> Result<Contents, StoreError> {
    do {
      let store = try await EmbeddedStore.openReadOnly(
        at: "/store", configuration: TestStore.configuration(disk))
      do {
        let contents = try await CrashWorkload.contents(of: store)
        try await store.close()
        return .success(contents)
      } catch {
        try await store.close()
        throw error
      }
    } catch let error as StoreError {
      return .failure(error)
    }
  }

  private func damaged(
    _ disk: InMemoryFileSystem, _ path: String, _ bytes: [UInt8]
  ) -> InMemoryFileSystem {
    let copy = disk.killProcess()
    copy.setContents(of: path, to: bytes)
    return copy
  }

  private static let refusals: Set<StoreError.Code> = [.corruption, .unsupportedFormat, .notAStore]

  @Test(
    "Every byte of the SSTables, the MANIFEST and CURRENT flipped: the right data or an error that names the file",
    .timeLimit(.minutes(15)))
  func flips() async throws {
    TestSeed.announce("flips")
    let (disk, oracle) = try await makeStore(log: false)
    let contents = oracle.last
    var random = SplitMix64(seed: TestSeed.value)
    var flips = 0
    var refused = 0
    var seenBySurvey = 0
    for name in try disk.list("/store") where name != "LOCK" && !name.hasSuffix(".log") {
      let path = "/store/" + name
      let bytes = try #require(disk.contents(of: path))
      for place in bytes.indices {
        var flipped = bytes
        flipped[place] ^= 1 << UInt8(random.below(8))
        flips += 1
        let copy = damaged(disk, path, flipped)
        switch try await read(copy) {
        case .success(let found): #expect(found == contents, "\(name), byte \(place): other data")
        case .failure(let error):
          refused += 1
          #expect(Self.refusals.contains(error.code), "\(name), byte \(place): \(error)")
          #expect(error.file != nil, "\(name), byte \(place): \(error)")
        }
        seenBySurvey += try await survey(copy, name, place)
      }
    }
    print("flips: \(flips) bytes, \(refused) refused, \(seenBySurvey) seen by verify")
    #expect(refused > flips / 2)
    // No byte of an SSTable, nor of CURRENT, is without a checksum; of the MANIFEST only the filling of the last block.
    #expect(seenBySurvey > flips * 9 / 10)
  }

  /// Whether a deep verification sees the damage; it must where the file is an SSTable.
  private func survey(_ disk: InMemoryFileSystem, _ name: String, _ place: Int) async throws -> Int
  {
    do {
      let report = try await EmbeddedStore.verify(
        at: "/store", isDeep: true, configuration: TestStore.configuration(disk))
      if name.hasSuffix(".sst") {
        #expect(!report.isSound, "\(name), byte \(place): verify sees nothing")
      }
      return report.isSound ? 0 : 1
    } catch {
      #expect(Self.refusals.contains(error.code), "\(name), byte \(place): \(error)")
      return 1
    }
  }

  @Test(
    "Every truncation of an SSTable or CURRENT is an error, of the MANIFEST an error or an older state",
    .timeLimit(.minutes(15)))
  func truncations() async throws {
    let (disk, oracle) = try await makeStore(log: false)
    let contents = oracle.last
    var cuts = 0
    for name in try disk.list("/store") where name != "LOCK" && !name.hasSuffix(".log") {
      let path = "/store/" + name
      let bytes = try #require(disk.contents(of: path))
      for length in bytes.indices {
        cuts += 1
        switch try await read(damaged(disk, path, Array(bytes.prefix(length)))) {
        case .success(let found):
          // What looks like a torn end of the MANIFEST is one: then older files say what they say, or are gone.
          #expect(name.hasPrefix("MANIFEST"), "\(name) cut at \(length)")
          #expect(found == contents, "\(name) cut at \(length): other data")
        case .failure(let error):
          let isGone = error.code == .io && name.hasPrefix("MANIFEST")
          #expect(
            Self.refusals.contains(error.code) || isGone, "\(name) cut at \(length): \(error)")
        }
      }
    }
    print("truncations: \(cuts)")
    #expect(cuts > 1000)
  }

  @Test(
    "Every byte of the newest log: what was provably synced is missed, the rest is a prefix that is reported",
    .timeLimit(.minutes(15)))
  func logDamage() async throws {
    TestSeed.announce("logDamage")
    let (disk, oracle) = try await makeStore(log: true)
    let path = "/store/" + (try #require(disk.list("/store").last { $0.hasSuffix(".log") }))
    let bytes = try #require(disk.contents(of: path))
    let synced = try provablySynced(disk, path)
    #expect(synced > 0 && synced < bytes.count)
    var random = SplitMix64(seed: TestSeed.value)
    for place in bytes.indices {
      var flipped = bytes
      flipped[place] ^= 1 << UInt8(random.below(8))
      let isProvable = place < synced
      switch try await read(damaged(disk, path, flipped)) {
      case .success(let found):
        #expect(!isProvable, "byte \(place) of \(synced) that were synced: no error")
        expectPrefix(found, oracle, "byte \(place)")
      case .failure(let error):
        #expect(isProvable, "byte \(place) behind \(synced): \(error)")
        #expect(error.code == .corruption && error.file == path && error.offset != nil, "\(error)")
      }
    }
    try await cutLog(disk, path, bytes, oracle)
  }

  @Test(
    "Every byte and every truncation of an older segment of the log is an error that names it",
    .timeLimit(.minutes(20)))
  func olderSegments() async throws {
    TestSeed.announce("olderSegments")
    let disk = InMemoryFileSystem()
    var configuration = TestStore.configuration(disk)
    configuration.logSegmentBytes = 4200
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    for number in 0..<40 {
      let value = Bytes([UInt8](repeating: UInt8(number), count: 150))
      let put = Mutation.put(
        Column(family: "data", qualifier: "q"), timestamp: nil, value: value)
      try await store.mutate(RowMutations(TestStore.row(number), [put]), in: "t", durability: .disk)
    }
    let left = disk.killProcess()
    try await store.close()
    let logs = try left.list("/store").filter { $0.hasSuffix(".log") }
    #expect(logs.count > 1)
    let path = "/store/" + logs[0]
    let bytes = try #require(left.contents(of: path))
    // Behind its last record a segment holds the zeros that it was made longer with, which mean nothing.
    let end = try #require(bytes.lastIndex { $0 != 0 }) + 1
    #expect(end < bytes.count)
    var random = SplitMix64(seed: TestSeed.value)
    for place in bytes.indices {
      var flipped = bytes
      flipped[place] ^= 1 << UInt8(random.below(8))
      for (what, damage) in [("flipped", flipped), ("cut", Array(bytes.prefix(place)))] {
        guard case .failure(let error) = try await read(damaged(left, path, damage)) else {
          if place < end { Issue.record("byte \(place) of \(end) \(what): no error") }
          continue
        }
        #expect(place < end, "byte \(place) behind \(end) \(what): \(error)")
        // Without its header the next segment is the one that misses it.
        #expect(error.code == .corruption && error.file?.hasSuffix(".log") == true, "\(error)")
      }
    }
    print("olderSegments: \(2 * bytes.count) damaged")
  }

  /// The six batches that were flushed, and any number of those behind them.
  private func expectPrefix(
    _ found: Contents, _ oracle: PrefixOracle<Contents>, _ what: String
  ) {
    let verdict = oracle.judge(recovered: found, acknowledged: 6, begun: oracle.count)
    guard case .prefix = verdict else {
      Issue.record("\(what): \(verdict)")
      return
    }
  }

  /// Cuts the newest log everywhere: a prefix of the commits, with what was dropped in the report.
  private func cutLog(
    _ disk: InMemoryFileSystem, _ path: String, _ bytes: [UInt8],
    _ oracle: PrefixOracle<Contents>
  ) async throws {
    var reported = 0
    for length in bytes.indices {
      let copy = damaged(disk, path, Array(bytes.prefix(length)))
      let store = try await EmbeddedStore.openReadOnly(
        at: "/store", configuration: TestStore.configuration(copy))
      expectPrefix(try await CrashWorkload.contents(of: store), oracle, "cut at \(length)")
      if store.recovery.bytesDropped > 0 { reported += 1 }
      try await store.close()
    }
    // Only a cut between two records drops nothing.
    #expect(reported > bytes.count / 2, "\(reported) of \(bytes.count) cuts were reported")
  }

  /// The greatest offset that a chunk of the segment knows to be synced.
  private func provablySynced(_ disk: InMemoryFileSystem, _ path: String) throws -> Int {
    let name = try #require(path.split(separator: "/").last)
    guard case .log(let number)? = FileNames(String(name)) else { return 0 }
    var scanner = LogScanner(file: try disk.open(path, .read), number: number)
    var synced: UInt64 = 0
    while case .chunk(_, _, let claim) = try scanner.next() { synced = max(synced, claim) }
    return Int(synced)
  }
}
