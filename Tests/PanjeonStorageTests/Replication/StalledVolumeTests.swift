// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Stalled volumes")
struct StalledVolumeTests {
  private let disk = InMemoryFileSystem()
  private let stalling: StallingFileSystem

  init() {
    stalling = StallingFileSystem(disk, timeSource: SystemTimeSource())
  }

  private func opened(
    _ change: (inout StoreConfiguration) -> Void = { _ in }
  ) async throws -> EmbeddedStore {
    var configuration = TestVolumes.configuration(stalling)
    change(&configuration)
    let store = try await EmbeddedStore.open(at: "/d", configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await TestVolumes.put(store, 0)
    return store
  }

  private func stall(_ path: String, for duration: Duration) {
    stalling.begin(StallSchedule([DeviceStall(path, from: .zero, lasting: duration)]))
  }

  @Test(
    "While the durable volume stalls commits for the system go on, over segments, and those for the disk wait"
  )
  func durableStalls() async throws {
    let store = try await opened { configuration in
      configuration.memtableBytesMax = 4 << 20
      // It is to stall, not to be given up, on a machine however slow.
      configuration.replication?.volumeTimeout = .seconds(600)
    }
    let clock = ContinuousClock()
    stall("/d", for: .seconds(600))
    let begin = clock.now
    let segments = store.background?.segments.currentNumber
    for row in 1..<400 { try await TestVolumes.put(store, row, .operatingSystem) }
    #expect(clock.now - begin < .seconds(300))
    #expect(store.background?.segments.currentNumber != segments)
    #expect(try #require(store.replicationStatus).bytesBehind > 0)
    #expect(try await TestVolumes.count(store) == 400)
    async let synced: Void = TestVolumes.put(store, 400, .disk)
    try await Task.sleep(for: .milliseconds(50))
    #expect(store.pipeline.monitor.withLock { $0.hasUnfinished })
    stalling.endStalls()
    try await synced
    #expect(store.replicationStatus?.bytesBehind == 0)
    let left = disk.killProcess()
    try await store.close()
    for path in TestVolumes.ephemeral { left.loseDirectory(path) }
    let again = try await TestVolumes.open(left)
    #expect(try await TestVolumes.count(again) == 401)
    try await again.close()
  }

  @Test("At the bound commits wait for the durable copy, and the statistics say so")
  func bound() async throws {
    let store = try await opened { configuration in
      configuration.memtableBytesMax = 4 << 20
      configuration.replication?.durableCopyBytesBehindMax = 16 << 10
      configuration.replication?.volumeTimeout = .seconds(600)
    }
    stall("/d", for: .seconds(600))
    let writer = Task {
      for row in 1..<1000 { try await TestVolumes.put(store, row, .operatingSystem) }
    }
    for _ in 0..<2000 where store.metrics.stalls[.durableCopyBehind].waiting == 0 {
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(store.metrics.stalls[.durableCopyBehind].waiting == 1)
    // What was let in before the bound was reached may go beyond it.
    #expect(try #require(store.replicationStatus).bytesBehind < 24 << 10)
    stalling.endStalls()
    try await writer.value
    #expect(try await TestVolumes.count(store) == 1000)
    #expect(store.metrics.stalls[.durableCopyBehind].count > 0)
    try await store.close()
  }

  @Test(
    "Commits that wait for the second rack, since one copy alone leads, hold up no thread of Swift's",
    .timeLimit(.minutes(15)))
  func oneLeads() async throws {
    let failing = FailingFileSystem(stalling) { _ in nil }
    var configuration = TestVolumes.configuration(failing)
    configuration.replication?.volumeTimeout = .seconds(600)
    configuration.replication?.volumeProbeInterval = .seconds(600)
    let store = try await EmbeddedStore.open(at: "/d", configuration: configuration)
    try await store.createTable(TestStore.schema)
    failing.fail { call in call.path.hasPrefix("/a") ? .ioError : nil }
    try await TestVolumes.put(store, 0, .operatingSystem)
    #expect(try #require(store.replicationStatus).counts.volumeFailures == 1)
    stall("/d", for: .seconds(600))
    try await withThrowingTaskGroup { group in
      for row in 1..<9 {
        group.addTask { try await TestVolumes.put(store, row, .operatingSystem) }
      }
      try await Task.sleep(for: .milliseconds(100))
      #expect(try await TestVolumes.count(store) == 1)
      stalling.endStalls()
      try await group.waitForAll()
    }
    #expect(try await TestVolumes.count(store) == 9)
    try await store.close()
  }

  @Test("A volume that does not answer for too long is given up, and taken back later")
  func hangs() async throws {
    let store = try await opened { $0.replication?.volumeTimeout = .milliseconds(200) }
    stall("/d", for: .seconds(600))
    // Would wait for ten minutes, if the volume did not count as failed.
    for row in 1..<20 { try await TestVolumes.put(store, row, .disk) }
    #expect(try await store.waitForVolumes { $0.isDegraded && $0.counts.volumeFailures == 1 })
    stalling.endStalls()
    #expect(try await store.waitForVolumes { !$0.isDegraded && $0.waitingForRepair.isEmpty })
    try await store.close()
    for path in TestVolumes.ephemeral { disk.loseDirectory(path) }
    let again = try await TestVolumes.open(disk)
    #expect(try await TestVolumes.count(again) == 20)
    try await again.close()
  }

  @Test(
    "A volume that hangs while it gets a copy holds up neither flushes nor the end of the store",
    .timeLimit(.minutes(15)), arguments: ["/c/MANIFEST", "/c/CURRENT", "/c/0000"])
  func copyHangs(prefix: String) async throws {
    let failing = FailingFileSystem(stalling) { [stalling] call in
      if call.kind == .write, call.path.hasPrefix(prefix) {
        stalling.begin(
          StallSchedule([DeviceStall("/c", from: .zero, lasting: .seconds(86_400))]))
      }
      return nil
    }
    var configuration = TestVolumes.configuration(failing)
    configuration.replication?.volumeTimeout = .milliseconds(300)
    let store = try await EmbeddedStore.open(at: "/d", configuration: configuration)
    try await store.createTable(TestStore.schema)
    for row in 0..<50 { try await TestVolumes.put(store, row) }
    try await store.flush()
    try await store.addVolume(Volume("c", at: "/c", rack: "1", storageClass: .ephemeral))
    try await store.drainVolume(named: "a")
    while stalling.heldUp.waiting == 0 { try await Task.sleep(for: .milliseconds(1)) }
    for row in 50..<100 { try await TestVolumes.put(store, row) }
    try await store.flush()
    #expect(try await TestVolumes.count(store) == 100)
    try await store.close()
    #expect(stalling.heldUp.waiting > 0)
    stalling.endStalls()
    var plain = TestVolumes.configuration(disk)
    plain.replication = nil
    let again = try await EmbeddedStore.open(at: "/d", configuration: plain)
    #expect(try await TestVolumes.count(again) == 100)
    try await again.close()
  }

  @Test("A read that a volume holds up is answered by another")
  func hedged() async throws {
    let store = try await opened { $0.memoryBudgetBytes = 1 << 20 }
    for row in 1..<300 { try await TestVolumes.put(store, row, .operatingSystem) }
    try await store.flush()
    try await TestStore.settle(store)
    let clock = ContinuousClock()
    for path in TestVolumes.ephemeral {
      stall(path, for: .seconds(600))
      let begin = clock.now
      let file = try openTable(store)
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = try buffer.withMutableRawBytes { (bytes) throws(StoreError) in
        try unsafe file.read(into: bytes, at: 0)
      }
      #expect(count == 64 && clock.now - begin < .seconds(60))
      stalling.endStalls()
    }
    #expect(try #require(store.replicationStatus).counts.hedgedReads > 0)
    try await store.close()
  }

  private func openTable(_ store: EmbeddedStore) throws -> any File {
    let fileSystem = try #require(store.mounted).fileSystem
    let name = try #require(try fileSystem.list("/d").first { $0.hasSuffix(".sst") })
    return try fileSystem.open("/d/" + name, .read)
  }
}
