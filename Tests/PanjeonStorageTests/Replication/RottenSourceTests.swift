// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// A copy is made of one that has rotted only if there is no other.
@Suite("Copies are made of what is whole", .timeLimit(.minutes(15)))
struct RottenSourceTests {
  private let volumes = KillableVolumes()
  private var disk: InMemoryFileSystem { volumes.disk }

  private func logs() throws -> [String] {
    try TestVolumes.names(disk, "/a").filter { $0.hasSuffix(".log") }.sorted()
  }

  /// The durable volume is lost, which the next commit notices, and comes back empty.
  private func replaceDurable(_ store: EmbeddedStore) async throws {
    volumes.kill("/d")
    try await TestVolumes.put(store, 1000)
    #expect(try await store.waitForVolumes(\.isDegraded))
    volumes.heal("/d", isEmpty: true)
    #expect(try await store.waitForVolumes { !$0.isDegraded && $0.waitingForRepair.isEmpty })
  }

  /// Flips a bit of the last record of a log, where rot looks like a write that was cut off.
  private func rotEnd(of path: String) throws {
    let contents = try #require(disk.contents(of: path))
    let last = try #require(contents.lastIndex { $0 != 0 })
    disk.flipBit(8 * last + 1, of: path)
  }

  @Test("CURRENT", arguments: TestVolumes.ephemeral)
  func current(path: String) async throws {
    let store = try await TestVolumes.open(volumes.fileSystem)
    try await store.createTable(TestStore.schema)
    let good = disk.contents(of: path + "/CURRENT")
    disk.flipBit(8 * 14, of: path + "/CURRENT")
    try #require(disk.contents(of: path + "/CURRENT") != good)
    try await replaceDurable(store)
    #expect(disk.contents(of: "/d/CURRENT") == good)
    try await store.close()
  }

  @Test("The end of a segment that is being written", arguments: TestVolumes.ephemeral)
  func liveSegment(path: String) async throws {
    let store = try await TestVolumes.open(volumes.fileSystem)
    try await store.createTable(TestStore.schema)
    for row in 0..<20 { try await TestVolumes.put(store, row) }
    let name = try #require(try logs().last)
    let good = try #require(disk.contents(of: path + "/" + name))
    try rotEnd(of: path + "/" + name)
    try await replaceDurable(store)
    let copy = try #require(disk.contents(of: "/d/" + name))
    let last = try #require(good.lastIndex { $0 != 0 })
    #expect(copy.prefix(last + 1) == good.prefix(last + 1))
    try await store.close()
    for gone in TestVolumes.ephemeral { disk.loseDirectory(gone) }
    let again = try await TestVolumes.open(disk)
    #expect(try await TestVolumes.count(again) == 21)
    try await again.close()
  }

  @Test("The end of a segment that has ended", arguments: TestVolumes.ephemeral)
  func endedSegment(path: String) async throws {
    let store = try await TestVolumes.open(volumes.fileSystem)
    try await store.createTable(TestStore.schema)
    try await TestVolumes.put(store, 0)
    let name = try #require(try logs().last)
    var row = 1
    while try logs().last == name {
      try await TestVolumes.put(store, row)
      row += 1
    }
    let good = try #require(disk.contents(of: path + "/" + name))
    try rotEnd(of: path + "/" + name)
    try await replaceDurable(store)
    #expect(disk.contents(of: "/d/" + name) == good)
    try await store.close()
    for gone in TestVolumes.ephemeral { disk.loseDirectory(gone) }
    let again = try await TestVolumes.open(disk)
    #expect(try await TestVolumes.count(again) == row + 1)
    try await again.close()
  }
}
