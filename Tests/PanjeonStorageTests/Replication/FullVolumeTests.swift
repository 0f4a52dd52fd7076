// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Full volumes")
struct FullVolumeTests {
  private let disk = InMemoryFileSystem()
  private let faults: VolumeFaults

  init() {
    faults = VolumeFaults(disk, disk: disk, volumes: TestVolumes.three)
  }

  private func opened() async throws -> EmbeddedStore {
    let store = try await TestVolumes.open(faults)
    try await store.createTable(TestStore.schema)
    for row in 0..<100 { try await TestVolumes.put(store, row) }
    return store
  }

  private func status(
    _ name: String, _ status: ReplicationStatus
  )
    -> ReplicationStatus.VolumeStatus?
  {
    status.volumes.first { $0.volume.name == name }
  }

  private func isWhole(_ status: ReplicationStatus) -> Bool {
    !status.isDegraded && status.volumes.allSatisfy { $0.condition == .healthy }
      && status.waitingForRepair.isEmpty
  }

  @Test(
    "A volume with too little room gets no more files; what it has counts, and it is used when there is room"
  )
  func littleRoom() async throws {
    let store = try await opened()
    try await store.flush()
    faults.setFreeBytes(0, of: "a")
    #expect(try await store.waitForVolumes { status("a", $0)?.freeBytes == 0 })
    let before = Set(try TestVolumes.names(disk, "/a"))
    for row in 100..<200 { try await TestVolumes.put(store, row) }
    try await store.flush()
    try await TestStore.settle(store)
    #expect(try await store.waitForVolumes(\.isDegraded))
    #expect(try TestVolumes.names(disk, "/a").filter { !before.contains($0) } == [])
    let now = try #require(store.replicationStatus)
    #expect(status("a", now)?.condition == .healthy && now.counts.volumeFailures == 0)
    #expect((status("a", now)?.files ?? 0) > 0)
    #expect(try await TestVolumes.count(store) == 200)
    faults.setFreeBytes(1 << 40, of: "a")
    #expect(try await store.waitForVolumes(isWhole))
    try await store.close()
    // The volume has everything again.
    for other in ["/b", "/d"] { disk.loseDirectory(other) }
    let again = try await TestVolumes.open(disk, at: "/a")
    #expect(try await TestVolumes.count(again) == 200)
    try await again.close()
  }

  @Test(
    "A volume that a write has found full stays away, without what nobody needs, until it has room")
  func full() async throws {
    let store = try await opened()
    try await store.flush()
    faults.fill("a")
    for row in 100..<200 { try await TestVolumes.put(store, row) }
    #expect(try await store.waitForVolumes { $0.counts.volumeFailures == 1 })
    for _ in 0..<3 {
      for row in 0..<200 { try await TestVolumes.put(store, row) }
      try await store.flush()
    }
    try await store.compact(table: "t")
    try await TestStore.settle(store)
    // It is looked at every 20 ms; each time it would be taken back it would fail again.
    try await Task.sleep(for: .milliseconds(500))
    let now = try #require(store.replicationStatus)
    #expect(now.counts.volumeFailures == 1 && now.counts.volumeRecoveries == 0)
    #expect(now.isDegraded)
    // Until then it is the store that it was.
    #expect(try disk.list("/a").filter { $0.hasSuffix(".stale") } == [])
    #expect(try TestVolumes.names(disk, "/a").contains("CURRENT"))
    let configuration = TestVolumes.configuration(disk)
    let needed =
      configuration.logSegmentBytes
      + max(configuration.tableFileBytesMax, configuration.memtableBytesMax)
    // What nobody needs any more is counted as room.
    faults.setFreeBytes(UInt64(needed) - 1, of: "a")
    faults.heal("a", empty: false)
    #expect(try await store.waitForVolumes { $0.counts.volumeRecoveries == 1 })
    faults.setFreeBytes(nil, of: "a")
    #expect(try await store.waitForVolumes(isWhole))
    let names = try TestVolumes.names(disk, "/b")
    #expect(try TestVolumes.names(disk, "/a").filter { !names.contains($0) } == [])
    try await store.close()
    for other in ["/b", "/d"] { disk.loseDirectory(other) }
    let again = try await TestVolumes.open(disk, at: "/a")
    #expect(try await TestVolumes.count(again) == 200)
    try await again.close()
  }

  @Test(
    "When no volume has room, the store halts before the disks are full, and goes on when there is some"
  )
  func allFull() async throws {
    let store = try await opened()
    for name in ["a", "b", "d"] { faults.setFreeBytes(0, of: name) }
    #expect(try await store.waitForVolumes { $0.volumes.allSatisfy { $0.freeBytes == 0 } })
    let error = try #require(await errorOf { try await store.flush() })
    #expect(error.code == .noSpace && error.message.contains("no volume can take a file"))
    while store.readOnlyCause == nil { try await Task.sleep(for: .milliseconds(1)) }
    for name in ["a", "b", "d"] { faults.setFreeBytes(nil, of: name) }
    try await store.resume()
    try await TestVolumes.put(store, 100)
    #expect(try await TestVolumes.count(store) == 101)
    #expect(try await store.waitForVolumes(isWhole))
    try await store.close()
  }

  @Test("How much room is left is reckoned between two answers")
  func reckoned() {
    var room = VolumeRoom()
    #expect(room.free(used: 0) == nil)
    let areDue = [5, 999_999_999, 1_000_000_005].map { room.takeIsDue(at: $0) }
    #expect(areDue == [true, false, true])
    room.note(free: 1000, used: 500)
    #expect(room.free(used: 500) == 1000 && room.free(used: 400) == 1000)
    #expect(room.free(used: 700) == 800)
    #expect(room.free(used: 1500) == 0 && room.free(used: .max) == 0)
    room.note(free: nil, used: 0)
    #expect(room.free(used: 0) == nil)
  }

  @Test("The system's files tell how much room there is")
  func system() throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let free = try #require(try PosixFileSystem().freeBytes(scratch.path))
    #expect(free > 0)
    #expect(throws: StoreError.self) {
      _ = try PosixFileSystem().freeBytes(scratch.path + "/missing")
    }
  }
}
