// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Stores written by released versions, which every later version must open.
///
/// `Tests/Fixtures/1` was written by this library's first format: SSTables of each codec, and a log that was not
/// closed. With PANJEON_WRITE_FIXTURE set the test writes it anew; that is done once for each format.
@Suite("Fixtures")
struct FixtureTests {
  private static let directory = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/") + "/Fixtures/1"
  }()

  private func workload() -> CrashWorkload { CrashWorkload(random: SplitMix64(seed: 1)) }

  private func write(_ disk: InMemoryFileSystem) async throws -> Contents {
    let store = try await TestStore.open(disk)
    for (table, codec) in zip(CrashWorkload.tables, [LocalityGroup.Compression.lz4, .snappy]) {
      try await store.createTable(
        TableSchema(
          name: table, families: TestStore.schema.families,
          localityGroups: [LocalityGroup("default", compression: codec)]))
    }
    var workload = workload()
    for _ in 0..<150 { try await workload.step(store) }
    _ = try await store.commit(AtomicBatch(), since: nil, durability: .disk)
    return workload.oracle.last
  }

  @Test("A store of format 1 opens with everything in it")
  func formatOne() async throws {
    var model = workload()
    for _ in 0..<150 {
      let batch = model.nextBatch()
      _ = model.random.below(3)
      model.oracle.record { CrashWorkload.apply(batch, to: &$0) }
    }
    let system = PosixFileSystem()
    let disk = InMemoryFileSystem()
    try disk.createDirectory("/store")
    var names = 0
    for name in try system.list(Self.directory) {
      let source = try system.open(Self.directory + "/" + name, .read)
      let bytes = try source.readUpTo(Int(source.size()), at: 0)
      let copy = try disk.open("/store/" + name, .createNew)
      try bytes.withRawBytes { (buffer) throws(StoreError) in try copy.write(buffer, at: 0) }
      names += 1
    }
    #expect(names > 4)
    let store = try await TestStore.open(disk)
    #expect(store.recovery.recordsReplayed > 0)
    let info = try await store.info()
    #expect(info.tables.contains { $0.regions[0].groups[0].fileBytes > 0 })
    #expect(try await CrashWorkload.contents(of: store) == model.oracle.last)
    try await store.close()
  }

  @Test("The fixture is written when that is asked for")
  func writeFixture() async throws {
    guard TestSeed.isSet("PANJEON_WRITE_FIXTURE") else { return }
    let disk = InMemoryFileSystem()
    _ = try await write(disk)
    let left = disk.killProcess()
    let system = PosixFileSystem()
    try system.createDirectory(Self.directory)
    for name in try left.list("/store") where name != "LOCK" {
      let bytes = left.contents(of: "/store/" + name) ?? []
      let file = try system.open(Self.directory + "/" + name, .createNew)
      try bytes.withRawBytes { (buffer) throws(StoreError) in try file.write(buffer, at: 0) }
    }
  }
}
