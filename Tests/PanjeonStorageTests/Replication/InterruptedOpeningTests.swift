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

  @Test(
    "Whenever the process dies while a store is opened with empty volumes, it opens again and has everything",
    arguments: [["/a"], ["/d"], ["/a", "/b"], ["/b", "/d"]])
  func emptyVolumes(paths: [String]) async throws {
    let disk = InMemoryFileSystem()
    try await filled(disk)
    for path in paths { disk.loseDirectory(path) }
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
