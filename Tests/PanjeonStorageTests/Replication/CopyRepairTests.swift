// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Copies that are repaired")
struct CopyRepairTests {
  private let disk = InMemoryFileSystem()

  private func filled(_ store: EmbeddedStore) async throws {
    // Two regions, and so two SSTables at the least, however much is compacted.
    try await store.createTable(TestStore.schema, splitAt: [TestStore.row(5)])
    for row in 0..<300 { try await TestVolumes.put(store, row, .operatingSystem) }
    try await store.flush()
    try await TestStore.settle(store)
  }

  private func tables(_ path: String) throws -> [String] {
    try disk.list(path).filter { $0.hasSuffix(".sst") }
  }

  private func isWhole(_ status: ReplicationStatus) -> Bool {
    !status.isDegraded && status.waitingForRepair.isEmpty
  }

  @Test("A copy that has rotted is not returned, and is made anew", arguments: TestVolumes.all)
  func rot(path: String) async throws {
    let first = try await TestVolumes.open(disk)
    try await filled(first)
    try await first.close()
    let table = try #require(try tables("/d").first)
    let good = try #require(disk.contents(of: path + "/" + table))
    disk.flipBit(8 * 40 + 3, of: path + "/" + table)
    let store = try await TestVolumes.open(disk)
    _ = try await store.verify(isDeep: true)
    #expect(try await TestVolumes.count(store) == 300)
    for _ in 0..<2000 where disk.contents(of: path + "/" + table) != good {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(disk.contents(of: path + "/" + table) == good)
    #expect(store.replicationStatus?.counts.copiesDamaged == 1)
    #expect(try await store.verify(isDeep: true).findings.isEmpty)
    try await store.close()
  }

  @Test("A backup is made of a good copy, if any is left", arguments: TestVolumes.all)
  func backup(good: String) async throws {
    let first = try await TestVolumes.open(disk)
    try await filled(first)
    try await first.close()
    for path in TestVolumes.all where path != good {
      for table in try tables(path) { disk.flipBit(8 * 40 + 3, of: path + "/" + table) }
    }
    let store = try await TestVolumes.open(disk)
    let backups = BackupDirectory("/backups", fileSystem: disk)
    let made = try await store.backUp(to: backups)
    try await store.close()
    try await backups.restore(
      made.backup.number, to: "/restored", configuration: TestStore.configuration(disk))
    let restored = try await EmbeddedStore.open(
      at: "/restored", configuration: TestStore.configuration(disk))
    #expect(try await TestVolumes.count(restored) == 300)
    try await restored.close()
  }

  @Test("A checkpoint is durable, whichever volume's copies it shares")
  func checkpoint() async throws {
    let store = try await TestVolumes.open(disk)
    try await filled(store)
    try await store.checkpoint(at: "/checkpoint")
    var random = SplitMix64(seed: 1)
    let left = disk.crash(keepingUnsynced: 0, using: &random)
    try await store.close()
    let again = try await EmbeddedStore.open(
      at: "/checkpoint", configuration: TestStore.configuration(left))
    #expect(try await TestVolumes.count(again) == 300)
    try await again.close()
  }

  @Test("An unfinished copy, and one that is missing, are made anew when the store is opened")
  func unfinished() async throws {
    let first = try await TestVolumes.open(disk)
    try await filled(first)
    try await first.close()
    let names = try tables("/d")
    let table = try #require(names.first)
    let good = try #require(disk.contents(of: "/a/" + table))
    disk.setContents(of: "/a/" + table, to: Array(good.prefix(good.count / 2)))
    try disk.remove("/b/" + table)
    let store = try await TestVolumes.open(disk)
    #expect(try await TestVolumes.count(store) == 300)
    #expect(try await store.waitForVolumes(isWhole))
    #expect(disk.contents(of: "/a/" + table) == good)
    #expect(disk.contents(of: "/b/" + table) == good)
    try await store.close()
  }

  @Test("New volumes get their share of the files, and no file lacks a copy meanwhile")
  func balance() async throws {
    let store = try await TestVolumes.open(disk)
    try await filled(store)
    for row in 300..<900 { try await TestVolumes.put(store, row, .operatingSystem) }
    try await store.flush()
    try await TestStore.settle(store)
    try #require(try tables("/a").count >= 2)
    try await store.addVolume(Volume("c", at: "/c", rack: "1", storageClass: .ephemeral))
    #expect(
      try await store.waitForVolumes { status in
        status.counts.copiesMoved > 0 && status.volumes.allSatisfy { $0.bytes > 0 }
      })
    #expect(try await store.waitForVolumes(isWhole))
    let shared = Set(try tables("/a")).union(try tables("/c"))
    #expect(try shared == Set(tables("/d")))
    #expect(try shared == Set(tables("/b")))
    #expect(try await TestVolumes.count(store) == 900)
    try await store.close()
  }

  @Test(
    "What ephemeral volumes had not synced when the machine stopped counts only after it has been compared"
  )
  func secondBoot() async throws {
    let first = try await TestVolumes.open(disk)
    try await filled(first)
    try await TestVolumes.put(first, 300, .disk)
    var random = SplitMix64(seed: TestSeed.value)
    let left = disk.crash(keepingUnsynced: 0.5, using: &random)
    try await first.close()
    let store = try await TestVolumes.open(left, boot: "second boot")
    #expect(try await TestVolumes.count(store) == 301)
    #expect(try await store.waitForVolumes(isWhole))
    #expect(try await store.verify(isDeep: true).findings.isEmpty)
    try await store.close()
    for name in try left.list("/d") where name.hasSuffix(".sst") {
      #expect(left.contents(of: "/a/" + name) == left.contents(of: "/d/" + name))
    }
  }

  @Test("If all copies are synced, one ephemeral volume is enough after the power was cut")
  func strict() async throws {
    let first = try await TestVolumes.open(disk, syncsAllCopies: true)
    try await filled(first)
    for row in 300..<320 { try await TestVolumes.put(first, row, .disk) }
    var random = SplitMix64(seed: TestSeed.value)
    let left = disk.crash(keepingUnsynced: 0, using: &random)
    try await first.close()
    left.loseDirectory("/d")
    left.loseDirectory("/b")
    let store = try await TestVolumes.open(
      left, at: "/a", boot: "second boot", syncsAllCopies: true)
    #expect(try await TestVolumes.count(store) == 320)
    try await store.close()
  }
}
