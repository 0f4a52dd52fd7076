// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Volumes that fail behind the writers", .timeLimit(.minutes(15)))
struct EndedSegmentTests {
  @Test("A durable volume that dies when a segment has ended leaves its syncs to the other copies")
  func syncOfEndedSegment() async throws {
    let disk = InMemoryFileSystem()
    let faults = VolumeFaults(disk, disk: disk, volumes: TestVolumes.three)
    let store = try await TestVolumes.open(faults)
    try await store.createTable(TestStore.schema)
    try await TestVolumes.put(store, 0)
    let segments = { try TestVolumes.names(disk, "/a").filter { $0.hasSuffix(".log") } }
    let before = try segments()
    faults.stall("d", for: .seconds(1000))
    async let synced: Void = TestVolumes.put(store, 1, .disk)
    var row = 2
    while try segments().filter({ !before.contains($0) }).isEmpty {
      try await TestVolumes.put(store, row, .operatingSystem)
      row += 1
    }
    faults.kill(["d"])
    faults.endStalls()
    try await synced
    try await TestVolumes.put(store, row, .disk)
    #expect(try await TestVolumes.count(store) == row + 1)
    try await store.close()
  }

  @Test("A store that is opened without a volume says that it is degraded")
  func openedDegraded() async throws {
    let volumes = KillableVolumes()
    try await TestVolumes.open(volumes.fileSystem).close()
    volumes.kill("/d")
    let told = Mutex<[[String]]>([])
    var configuration = TestVolumes.configuration(volumes.fileSystem)
    configuration.onEvent = { event in
      if case .replicationDegraded(let missing) = event { told.withLock { $0.append(missing) } }
    }
    let store = try await EmbeddedStore.open(at: "/a", configuration: configuration)
    #expect(try await store.waitForVolumes { $0.isDegraded })
    try await store.close()
    #expect(told.withLock { $0.first } == ["a durable volume"])
  }
}
