// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Interrupted opening")
struct InterruptedOpeningTests {
  private static let rows = 60

  private func filled(_ fileSystem: any FileSystem) async throws {
    let store = try await TestVolumes.open(fileSystem)
    try await store.createTable(TestStore.schema)
    for row in 0..<Self.rows { try await TestVolumes.put(store, row) }
    try await store.close()
  }

  /// The disks that the death of the process at each call of an opening leaves.
  private func interruptions(of disk: InMemoryFileSystem) async throws -> [InMemoryFileSystem] {
    let left = Mutex<[InMemoryFileSystem]>([])
    let isOpen = Mutex(false)
    let observed = FailingFileSystem(disk) { call in
      guard call.changesDisk, !isOpen.withLock({ $0 }) else { return nil }
      left.withLock { $0.append(disk.killProcess()) }
      return nil
    }
    let store = try await TestVolumes.open(observed)
    isOpen.withLock { $0 = true }
    try await store.close()
    return left.withLock { $0 }
  }

  /// Whenever an opening ends, the store opens again and has everything.
  private func requireInterruptible(_ disk: InMemoryFileSystem) async throws {
    let interruptions = try await interruptions(of: disk)
    #expect(interruptions.count > 20)
    for (number, left) in interruptions.enumerated() {
      do {
        let store = try await TestVolumes.open(left)
        #expect(try await TestVolumes.count(store) == Self.rows, "call \(number)")
        try await store.close()
      } catch {
        Issue.record("after the death at call \(number): \(error)")
        return
      }
    }
  }

  @Test(
    "Whenever the process dies while a store is opened with empty volumes, it opens again and has everything",
    arguments: [["/a"], ["/d"], ["/a", "/b"], ["/b", "/d"]])
  func emptyVolumes(paths: [String]) async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk)
    for path in paths { disk.loseDirectory(path) }
    try await requireInterruptible(disk)
  }

  @Test(
    "Whenever the process dies while a store without volumes gets some, it opens again and has everything",
    arguments: TestVolumes.all)
  func plainStore(path: String) async throws {
    let disk = InMemoryFileSystem()
    let plain = try await EmbeddedStore.open(
      at: path, configuration: TestStore.configuration(disk))
    try await plain.createTable(TestStore.schema)
    for row in 0..<Self.rows { try await TestVolumes.put(plain, row) }
    try await plain.close()
    try await requireInterruptible(disk)
  }

  @Test(
    "A volume that fails at any call of an opening is left out, and caught up later",
    arguments: [
      ("/a", "/b"), ("/b", "/a"), ("/d", "/a"), ("/a", "/a"), ("/d", "/d"),
    ], [Fault.ioError, .noSpace])
  func failingVolume(_ volumes: (failing: String, empty: String), fault: Fault) async throws {
    let filled = InMemoryFileSystem()
    try await self.filled(filled)
    // One is empty, so that there is something to copy.
    filled.loseDirectory(volumes.empty)
    let path = volumes.failing
    var number = 0
    while true {
      number += 1
      let disk = filled.killProcess()
      let calls = Mutex(0)
      let isOpen = Mutex(false)
      let hasFailed = Mutex(false)
      let failing = FailingFileSystem(disk) { [number] call in
        guard call.path.hasPrefix(path), !isOpen.withLock({ $0 }),
          fault == .ioError || call.kind == .write || call.kind == .createDirectory
        else { return nil }
        let count = calls.withLock { calls in
          calls += 1
          return calls
        }
        guard count >= number else { return nil }
        hasFailed.withLock { $0 = true }
        return fault
      }
      let other = path == "/d" ? "/a" : "/d"
      var step = "opening"
      do {
        let store = try await TestVolumes.open(failing, at: other)
        step = "opened"
        isOpen.withLock { $0 = true }
        #expect(try await TestVolumes.count(store) == Self.rows, "call \(number)")
        #expect(
          try await store.waitForVolumes {
            !$0.isDegraded && $0.volumes.allSatisfy { $0.condition == .healthy }
          }, "call \(number)")
        step = "whole"
        try await store.close()
        step = "closed"
        for lost in TestVolumes.all where lost != path { disk.loseDirectory(lost) }
        let again = try await TestVolumes.open(disk, at: path)
        #expect(try await TestVolumes.count(again) == Self.rows, "call \(number)")
        try await again.close()
      } catch {
        Issue.record("the volume fails at its call \(number), \(step): \(error)")
        return
      }
      if !hasFailed.withLock({ $0 }) { break }
    }
    print("failingVolume: \(volumes), \(fault): \(number - 1) calls failed")
    #expect(number > (fault == .ioError ? 15 : 4))
  }

  @Test("A volume with the only copy of a file is not left out", arguments: TestVolumes.all)
  func onlyCopy(path: String) async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk)
    for other in TestVolumes.all where other != path {
      for name in try disk.list(other) where name.hasSuffix(".sst") {
        try disk.remove(other + "/" + name)
      }
    }
    let failing = FailingFileSystem(disk) { call in
      call.path == path + "/VOLUME.tmp" && call.kind == .write ? .noSpace : nil
    }
    let error = await errorOf { _ = try await TestVolumes.open(failing) }
    #expect(error?.code == .noSpace)
    let store = try await TestVolumes.open(disk)
    #expect(try await TestVolumes.count(store) == Self.rows)
    try await store.close()
  }

  @Test("A volume that has nothing yet is not taken for the store")
  func nothingYet() async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk)
    for name in try disk.list("/d") where name != "VOLUME" && name != "LOCK" {
      try disk.rename("/d/" + name, to: "/d/" + name + ".stale")
    }
    let kept = disk.killProcess()
    for path in TestVolumes.ephemeral { disk.loseDirectory(path) }
    for _ in 0..<2 {
      let error = try #require(await errorOf { _ = try await TestVolumes.open(disk) })
      #expect(error.code == .io && error.message.contains("nothing of the store"))
    }
    let store = try await TestVolumes.open(kept)
    #expect(try await TestVolumes.count(store) == Self.rows)
    try await store.close()
  }

  @Test("A store is not begun while a volume cannot be looked at")
  func unknownVolume() async throws {
    let volumes = KillableVolumes()
    try await filled(volumes.fileSystem)
    for path in TestVolumes.ephemeral { volumes.disk.loseDirectory(path) }
    volumes.kill("/d")
    let error = try #require(
      await errorOf { _ = try await TestVolumes.open(volumes.fileSystem, at: "/a") })
    #expect(error.code == .io && error.message.contains("'d'"))
    volumes.heal("/d", isEmpty: false)
    let store = try await TestVolumes.open(volumes.fileSystem, at: "/a")
    #expect(try await TestVolumes.count(store) == Self.rows)
    try await store.close()
  }

  @Test(
    "Volumes of two epochs with one number are not mixed: those that one began without the other are stale"
  )
  func twoFutures() async throws {
    let volumes = KillableVolumes()
    try await filled(volumes.fileSystem)
    for (gone, value) in [(["/d"], 1000), (["/a", "/b"], 2000)] {
      for path in gone { volumes.kill(path) }
      let store = try await TestVolumes.open(volumes.fileSystem, at: gone[0] == "/d" ? "/a" : "/d")
      for row in 0..<40 { try await TestVolumes.put(store, value + row) }
      try await store.close()
      for path in gone { volumes.heal(path, isEmpty: false) }
    }
    let store = try await TestVolumes.open(volumes.fileSystem)
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t")).map(\.row)
    let futures = [1000, 2000].map { first in
      (0..<40).count { rows.contains(TestStore.row(first + $0)) }
    }
    #expect(rows.count == Self.rows + 40)
    #expect(futures == [40, 0] || futures == [0, 40])
    try await store.close()
  }
}
