// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Volume loss")
struct VolumeLossTests {
  private let volumes = KillableVolumes()

  private func opened() async throws -> EmbeddedStore {
    let store = try await TestVolumes.open(volumes.fileSystem)
    try await store.createTable(TestStore.schema)
    for row in 0..<100 { try await TestVolumes.put(store, row) }
    return store
  }

  private func isWhole(_ status: ReplicationStatus) -> Bool {
    !status.isDegraded && status.volumes.allSatisfy { $0.condition == .healthy }
      && status.waitingForRepair.isEmpty
  }

  @Test(
    "A store goes on without any one volume, says so, and makes its copies anew when it answers again",
    arguments: TestVolumes.all, [false, true])
  func lossAndReturn(path: String, isEmpty: Bool) async throws {
    let store = try await opened()
    volumes.kill(path)
    for row in 100..<200 {
      try await TestVolumes.put(store, row, row % 2 == 0 ? .disk : .operatingSystem)
    }
    #expect(try await store.waitForVolumes { $0.isDegraded })
    #expect(store.replicationStatus?.counts.volumeFailures == 1)
    #expect(try await TestVolumes.count(store) == 200)
    volumes.heal(path, isEmpty: isEmpty)
    #expect(try await store.waitForVolumes(isWhole))
    for row in 200..<250 { try await TestVolumes.put(store, row) }
    try await TestStore.settle(store)
    #expect(try await store.waitForVolumes(isWhole))
    let left = volumes.disk.killProcess()
    try await store.close()
    // What the volume has now is enough alone.
    for other in TestVolumes.all where other != path { left.loseDirectory(other) }
    let again = try await TestVolumes.open(left, at: path)
    #expect(try await TestVolumes.count(again) == 250)
    try await again.close()
  }

  @Test(
    "A volume that fails and answers again while the log rests counts for commits only with a new copy",
    arguments: TestVolumes.ephemeral)
  func returnAtRest(path: String) async throws {
    let store = try await opened()
    volumes.kill(path)
    try await store.flush()
    #expect(try await store.waitForVolumes { $0.counts.volumeFailures == 1 })
    volumes.heal(path, isEmpty: false)
    #expect(try await store.waitForVolumes { $0.counts.volumeRecoveries == 1 && isWhole($0) })
    try await TestVolumes.put(store, 100, .operatingSystem)
    let left = volumes.disk.killProcess()
    try await store.close()
    for other in TestVolumes.all where other != path { left.loseDirectory(other) }
    let again = try await TestVolumes.open(left, at: path)
    #expect(try await TestVolumes.count(again) == 101)
    try await again.close()
  }

  @Test("A store that loses both ephemeral volumes goes on with the durable one")
  func bothEphemeral() async throws {
    let store = try await opened()
    for path in TestVolumes.ephemeral { volumes.kill(path) }
    for row in 100..<200 {
      try await TestVolumes.put(store, row, row % 2 == 0 ? .disk : .operatingSystem)
    }
    #expect(try await TestVolumes.count(store) == 200)
    for path in TestVolumes.ephemeral { volumes.heal(path, isEmpty: true) }
    #expect(try await store.waitForVolumes(isWhole))
    try await store.close()
    #expect(
      try TestVolumes.names(volumes.disk, "/a") == TestVolumes.names(volumes.disk, "/d"))
  }

  @Test("A volume that missed a life of the store is not believed, and is caught up")
  func staleVolume() async throws {
    let store = try await opened()
    let left = volumes.disk.killProcess()
    try await store.close()
    // The other life goes on without volume a, and not with what it had.
    let missed = left.killProcess()
    missed.loseDirectory("/a")
    let second = try await TestVolumes.open(missed)
    for row in 100..<300 { try await TestVolumes.put(second, row) }
    try await second.close()
    for name in try left.list("/a") {
      if !(try missed.exists("/a")) { try missed.createDirectory("/a") }
      if try missed.exists("/a/" + name) { try missed.remove("/a/" + name) }
      let file = try missed.open("/a/" + name, .createNew)
      file.close()
      missed.setContents(of: "/a/" + name, to: left.contents(of: "/a/" + name) ?? [])
    }
    missed.loseDirectory("/b")
    let third = try await TestVolumes.open(missed, at: "/a")
    #expect(try await TestVolumes.count(third) == 300)
    #expect(try await third.waitForVolumes(isWhole))
    try await third.close()
    for other in ["/b", "/d"] { missed.loseDirectory(other) }
    let fourth = try await TestVolumes.open(missed, at: "/a")
    #expect(try await TestVolumes.count(fourth) == 300)
    try await fourth.close()
  }

  @Test("A volume is added, another emptied and taken out, while commits go on")
  func addDrainRemove() async throws {
    let store = try await opened()
    try await store.addVolume(
      Volume("c", at: "/c", rack: "1", storageClass: .ephemeral))
    try await store.drainVolume(named: "a")
    for row in 100..<200 { try await TestVolumes.put(store, row) }
    #expect(
      try await store.waitForVolumes { status in
        status.volumes.first { $0.volume.name == "a" }?.files == 0 && !status.isDegraded
      })
    try await store.removeVolume(named: "a")
    for row in 200..<250 { try await TestVolumes.put(store, row) }
    try await store.close()
    volumes.disk.loseDirectory("/a")
    var configuration = TestVolumes.configuration(volumes.disk)
    configuration.replication = nil
    let again = try await EmbeddedStore.open(at: "/c", configuration: configuration)
    #expect(try await TestVolumes.count(again) == 250)
    #expect(again.replicationStatus?.volumes.map(\.volume.name) == ["b", "d", "c"])
    try await again.close()
  }

  @Test("A volume that is being emptied can have files again")
  func undrained() async throws {
    let store = try await opened()
    try await store.addVolume(Volume("c", at: "/c", rack: "1", storageClass: .ephemeral))
    try await store.drainVolume(named: "a")
    for row in 100..<150 { try await TestVolumes.put(store, row) }
    try await store.undrainVolume(named: "a")
    #expect(try await store.waitForVolumes(isWhole))
    try await store.drainVolume(named: "c")
    for row in 150..<200 { try await TestVolumes.put(store, row) }
    #expect(
      try await store.waitForVolumes { status in
        status.volumes.first { $0.volume.name == "c" }?.files == 0 && !status.isDegraded
      })
    try await store.removeVolume(named: "c")
    try await store.close()
    for other in ["/b", "/d"] { volumes.disk.loseDirectory(other) }
    let again = try await TestVolumes.open(volumes.disk, at: "/a")
    #expect(try await TestVolumes.count(again) == 200)
    try await again.close()
  }

  @Test("A volume without which the policy cannot be fulfilled is not emptied")
  func drainRefused() async throws {
    let store = try await opened()
    let error = try #require(
      await #expect(throws: StoreError.self) {
        try await store.drainVolume(named: "d")
      })
    #expect(error.code == .invalidArgument && error.message.contains("durable"))
    try await store.close()
  }
}
