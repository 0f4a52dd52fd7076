// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("The last copy")
struct LastCopyTests {
  private let volumes = KillableVolumes()

  private func fill(_ store: EmbeddedStore, _ rows: Range<Int>) async throws {
    for row in rows {
      try await TestVolumes.put(store, row, row % 2 == 0 ? .disk : .operatingSystem)
    }
  }

  @Test(
    "A store goes on with any one volume, whichever calls were the first to fail on the others",
    arguments: TestVolumes.all, [false, true])
  func anyOne(last: String, syncsAllCopies: Bool) async throws {
    let store = try await TestVolumes.open(volumes.fileSystem, syncsAllCopies: syncsAllCopies)
    try await store.createTable(TestStore.schema)
    var rows = 0
    // Between two losses memtables are flushed and segments ended, and in the midst of that the next comes.
    for path in TestVolumes.all where path != last {
      try await fill(store, rows..<(rows + 700))
      volumes.kill(path)
      try await fill(store, (rows + 700)..<(rows + 1400))
      rows += 1400
    }
    #expect(try await TestVolumes.count(store) == rows)
    try await store.close()
    let again = try await TestVolumes.open(volumes.fileSystem, at: last)
    #expect(try await TestVolumes.count(again) == rows)
    try await again.close()
  }

  enum Beginning: CaseIterable {
    case created, opened, resumed
  }

  @Test(
    "What is on disk survives a power cut with the durable volume alone, also in the first segment of a log",
    arguments: Beginning.allCases)
  func firstSegment(beginning: Beginning) async throws {
    var store = try await TestVolumes.open(volumes.fileSystem)
    try await store.createTable(TestStore.schema)
    switch beginning {
    case .created: break
    case .opened:
      try await store.close()
      store = try await TestVolumes.open(volumes.fileSystem)
    case .resumed:
      volumes.fileSystem.fail { $0.kind == .write && $0.path.hasSuffix(".sst") ? .noSpace : nil }
      try await TestVolumes.put(store, 0, .disk)
      await #expect(throws: StoreError.self) { try await store.flush() }
      while store.readOnlyCause == nil { try await Task.sleep(for: .milliseconds(1)) }
      volumes.fileSystem.fail { _ in nil }
      try await store.resume()
    }
    for row in 0..<3 { try await TestVolumes.put(store, row, .disk) }
    var random = SplitMix64(seed: 1)
    let left = volumes.disk.crash(keepingUnsynced: 0, using: &random)
    for path in TestVolumes.ephemeral { left.loseDirectory(path) }
    let again = try await TestVolumes.open(left, boot: "second boot")
    #expect(try await TestVolumes.count(again) == 3)
    try await again.close()
    try await store.close()
  }

  @Test("Who reads a file that has been removed goes on with any copy", arguments: TestVolumes.all)
  func removed(last: String) async throws {
    let store = try await TestVolumes.open(volumes.fileSystem)
    try await store.createTable(TestStore.schema)
    try await fill(store, 0..<100)
    try await store.flush()
    try await TestStore.settle(store)
    let mounted = try #require(store.mounted)
    let name = try #require(mounted.volumes.map.names.first { $0.hasSuffix(".sst") })
    let file = try mounted.fileSystem.open("/d/" + name, .read)
    let good = try file.readUpTo(1000, at: 0)
    try mounted.fileSystem.remove("/d/" + name)
    for path in TestVolumes.all where path != last { volumes.kill(path) }
    #expect(try file.readUpTo(1000, at: 0) == good)
    file.close()
    // A table of the store is gone: there is nothing to be looked at any more.
    try? await store.close()
  }
}
