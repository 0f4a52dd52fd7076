// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Reading a store with volumes")
struct VolumeViewTests {
  private func filled(_ disk: any FileSystem) async throws -> EmbeddedStore {
    let store = try await TestVolumes.open(disk)
    try await store.createTable(TestStore.schema)
    for row in 0..<300 { try await TestVolumes.put(store, row, .operatingSystem) }
    try await store.flush()
    for row in 300..<310 { try await TestVolumes.put(store, row, .disk) }
    return store
  }

  private func configuration(
    _ disk: InMemoryFileSystem, boot: String = TestVolumes.boot
  ) -> StoreConfiguration {
    var configuration = TestVolumes.configuration(disk, boot: boot)
    configuration.replication = nil
    return configuration
  }

  private func count(
    _ disk: InMemoryFileSystem, at path: String, boot: String = TestVolumes.boot
  )
    async throws -> Int
  {
    let reader = try await EmbeddedStore.openReadOnly(
      at: path, configuration: configuration(disk, boot: boot))
    let count = try await TestVolumes.count(reader)
    try await reader.close()
    return count
  }

  /// A segment of the log that is there, of which more than a header is left.
  private func lastLog(_ disk: InMemoryFileSystem) throws -> String {
    try #require(
      try disk.list("/d").last {
        $0.hasSuffix(".log") && (disk.contents(of: "/d/" + $0)?.count ?? 0) > 500
      })
  }

  @Test("A reader needs no other volume than the one that is left", arguments: TestVolumes.all)
  func oneLeft(path: String) async throws {
    let disk = InMemoryFileSystem()
    let store = try await filled(disk)
    let left = disk.killProcess()
    try await store.close()
    for other in TestVolumes.all where other != path { left.loseDirectory(other) }
    #expect(try await count(left, at: path) == 310)
  }

  @Test("A path with letters of several bytes leads to the store as any other")
  func widePath() async throws {
    let disk = InMemoryFileSystem()
    try disk.createDirectory("/사랑")
    let volumes = TestVolumes.three.map { volume in
      var volume = volume
      volume.path = "/사랑" + volume.path
      return volume
    }
    let store = try await EmbeddedStore.open(
      at: "/사랑/d", configuration: TestVolumes.configuration(disk, volumes: volumes))
    try await store.createTable(TestStore.schema)
    try await TestVolumes.put(store, 0)
    #expect(try await count(disk, at: "/사랑/a") == 1)
    try await store.close()
    #expect(try disk.list("/사랑/b").contains("CURRENT"))
  }

  @Test(
    "What an ephemeral volume had not synced before its machine stopped is not read beside a durable one"
  )
  func unsynced() async throws {
    let disk = InMemoryFileSystem()
    let store = try await filled(disk)
    let log = try lastLog(disk)
    let synced = try #require(disk.contents(of: "/d/" + log))
    for row in 310..<320 { try await TestVolumes.put(store, row, .operatingSystem) }
    let left = disk.killProcess()
    try await store.close()
    // The durable volume had not followed yet.
    left.setContents(of: "/d/" + log, to: synced)
    #expect(try await count(left, at: "/a") == 320)
    #expect(try await count(left, at: "/a", boot: "second boot") == 310)
    let report = try await EmbeddedStore.verify(
      at: "/a", isDeep: true, configuration: configuration(left, boot: "second boot"))
    #expect(report.isSound, "\(report.findings)")
  }

  @Test(
    "Verification looks at each copy and names the one that is damaged; reading and salvage take the other"
  )
  func damagedCopy() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    let table = try #require(try disk.list("/d").first { $0.hasSuffix(".sst") })
    let log = try lastLog(disk)
    disk.flipBit(8 * 40, of: "/a/" + table)
    disk.flipBit(8 * 300, of: "/a/" + log)
    let report = try await EmbeddedStore.verify(
      at: "/d", isDeep: true, configuration: configuration(disk))
    #expect(Set(report.findings.filter(\.isDamage).map(\.file)) == ["/a/" + table, "/a/" + log])
    #expect(try await count(disk, at: "/d") == 310)
    let (salvaged, lacking) = try await EmbeddedStore.salvage(
      at: "/a", configuration: configuration(disk))
    #expect(try await TestVolumes.count(salvaged) == 310)
    #expect(lacking.isSound, "\(lacking.findings)")
    try await salvaged.close()
  }

  @Test("Of a volume whose record is damaged what is on it can be salvaged")
  func salvageWithoutRecord() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    disk.flipBit(8 * 30, of: "/a/VOLUME")
    let (salvaged, lacking) = try await EmbeddedStore.salvage(
      at: "/a", configuration: configuration(disk))
    #expect(try await TestVolumes.count(salvaged) == 310)
    #expect(lacking.findings.map(\.file) == ["VOLUME"])
    try await salvaged.close()
  }

  @Test("A store opens at a volume that was away when others came, and knows them")
  func openAtStale() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    let files = try disk.list("/a").filter { $0 != "LOCK" }
    let away = files.map { ($0, disk.contents(of: "/a/" + $0) ?? []) }
    disk.loseDirectory("/a")
    let fourth = Volume("c", at: "/c", rack: "4", storageClass: .ephemeral)
    let store = try await EmbeddedStore.open(
      at: "/d",
      configuration: TestVolumes.configuration(disk, volumes: TestVolumes.three + [fourth]))
    try await TestVolumes.put(store, 310)
    try await store.close()
    disk.loseDirectory("/a")
    try disk.createDirectory("/a")
    for (name, bytes) in away {
      try disk.open("/a/" + name, .createNew).close()
      disk.setContents(of: "/a/" + name, to: bytes)
    }
    #expect(try await count(disk, at: "/a") == 311)
    let again = try await EmbeddedStore.open(at: "/a", configuration: configuration(disk))
    #expect(again.mounted?.fileSystem.volumes.mounted.map(\.name) == ["a", "b", "d", "c"])
    #expect(try await TestVolumes.count(again) == 311)
    try await again.close()
  }
}
