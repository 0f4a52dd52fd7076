// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Replicated store")
struct ReplicatedStoreTests {
  private func filled(
    _ disk: any FileSystem, rows: Int = 300, syncsAllCopies: Bool = false
  ) async throws -> EmbeddedStore {
    let store = try await TestVolumes.open(disk, syncsAllCopies: syncsAllCopies)
    try await store.createTable(TestStore.schema)
    for row in 0..<rows {
      try await TestVolumes.put(store, row, Durability.allCases[row % 3])
    }
    return store
  }

  @Test("Every file is on all three volumes, and the same there")
  func allFilesOnAllVolumes() async throws {
    let disk = InMemoryFileSystem()
    let store = try await filled(disk)
    try await store.close()
    let names = try TestVolumes.names(disk, "/a")
    #expect(names.contains { $0.hasSuffix(".sst") })
    for path in TestVolumes.all {
      #expect(try TestVolumes.names(disk, path) == names)
      for name in names {
        #expect(disk.contents(of: path + "/" + name) == disk.contents(of: "/a/" + name), "\(name)")
      }
    }
  }

  @Test(
    "A store that was closed opens again at any of its volumes, without being told of the others")
  func opensAtAnyVolume() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    for path in TestVolumes.all {
      var configuration = TestVolumes.configuration(disk)
      configuration.replication = nil
      let store = try await EmbeddedStore.open(at: path, configuration: configuration)
      #expect(try await TestVolumes.count(store) == 300)
      #expect(store.mounted?.fileSystem.volumes.mounted.count == 3)
      try await store.close()
    }
  }

  @Test(
    "What was acknowledged as written to the system survives the process and any one volume",
    arguments: TestVolumes.all)
  func processAndOneVolume(lost: String) async throws {
    let disk = InMemoryFileSystem()
    let store = try await filled(disk)
    // The last is not of durability memory.
    try await TestVolumes.put(store, 300, .operatingSystem)
    let left = disk.killProcess()
    try await store.close()
    left.loseDirectory(lost)
    let again = try await TestVolumes.open(left)
    #expect(try await TestVolumes.count(again) == 301)
    try await again.close()
  }

  @Test("What was acknowledged as on disk survives both ephemeral volumes and the power")
  func powerAndEphemeral() async throws {
    let disk = InMemoryFileSystem()
    let store = try await filled(disk)
    try await TestVolumes.put(store, 300, .disk)
    var random = SplitMix64(seed: 1)
    let left = disk.crash(keepingUnsynced: 0, using: &random)
    try await store.close()
    for path in TestVolumes.ephemeral { left.loseDirectory(path) }
    let again = try await TestVolumes.open(left, boot: "second boot")
    #expect(try await TestVolumes.count(again) == 301)
    try await again.close()
  }

  @Test("A reader beside the writer sees what has reached the system")
  func readOnly() async throws {
    let disk = InMemoryFileSystem()
    let store = try await filled(disk)
    try await TestVolumes.put(store, 300, .operatingSystem)
    let reader = try await EmbeddedStore.openReadOnly(
      at: "/b", configuration: TestVolumes.configuration(disk))
    #expect(try await TestVolumes.count(reader) == 301)
    try await reader.close()
    try await store.close()
  }

  @Test(
    "What a crash left of a volume's record is in nobody's way, also beside a volume that is empty")
  func halfARecord() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk).close()
    disk.loseDirectory("/a")
    try disk.open("/d/VOLUME.tmp", .createNew).close()
    let store = try await TestVolumes.open(disk)
    #expect(try await TestVolumes.count(store) == 300)
    try await store.close()
    #expect(try disk.list("/d").contains("VOLUME.tmp") == false)
  }
}
