// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// Holds up one call on files, until it is let go.
private final class HeldCall: Sendable {
  private enum State {
    case passing, waiting, reached
  }

  private let kind: FileSystemCall.Kind
  private let isMeant: @Sendable (String) -> Bool
  private let state = Monitor(State.passing)

  init(_ kind: FileSystemCall.Kind, _ isMeant: @escaping @Sendable (String) -> Bool) {
    self.kind = kind
    self.isMeant = isMeant
  }

  /// Waits here from the next call that is meant on.
  func hold() { state.withLock { $0 = .waiting } }

  func letGo() {
    state.withLock { $0 = .passing }
    state.notifyAll()
  }

  func observe(_ call: FileSystemCall) {
    guard call.kind == kind, isMeant(call.path) else { return }
    let isHeld = state.withLock { state in
      guard case .waiting = state else { return false }
      state = .reached
      return true
    }
    if isHeld { state.wait(timeout: .seconds(120)) { if case .passing = $0 { () } else { nil } } }
  }

  func isReached() async throws -> Bool {
    for _ in 0..<4000 {
      if case .reached = state.withLock({ $0 }) { return true }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}

@Suite("Copies of the log that come late", .timeLimit(.minutes(15)))
struct JoiningCopyTests {
  private func power(_ disk: InMemoryFileSystem) -> InMemoryFileSystem {
    var random = SplitMix64(seed: 1)
    return disk.crash(keepingUnsynced: 0, using: &random)
  }

  @Test("What is written while a durable copy is made is on its disk before it counts")
  func lastBytes() async throws {
    let disk = InMemoryFileSystem()
    let held = HeldCall(.sync) { $0.hasPrefix("/d/") && $0.hasSuffix(".log") }
    let faults = VolumeFaults(
      disk, disk: disk, volumes: TestVolumes.three, onCall: held.observe)
    let store = try await TestVolumes.open(faults)
    try await store.createTable(TestStore.schema)
    faults.kill(["d"])
    try await TestVolumes.put(store, 0)
    #expect(try await store.waitForVolumes(\.isDegraded))
    held.hold()
    faults.heal("d", empty: true)
    #expect(try await held.isReached())
    for row in 1..<10 { try await TestVolumes.put(store, row, .disk) }
    held.letGo()
    #expect(try await store.waitForVolumes { !$0.isDegraded && $0.waitingForRepair.isEmpty })
    let left = power(disk)
    try await store.close()
    for path in TestVolumes.ephemeral { left.loseDirectory(path) }
    let again = try await TestVolumes.open(left, boot: "second boot")
    #expect(try await TestVolumes.count(again) == 10)
    try await again.close()
  }

  @Test("A volume leads a segment only when those that follow have all of the one before")
  func noHole() async throws {
    let disk = InMemoryFileSystem()
    let held = HeldCall(.write) { $0.hasPrefix("/d/") && $0.hasSuffix(".log") }
    let topology =
      TestVolumes.three + [Volume("c", at: "/c", rack: "4", storageClass: .ephemeral)]
    let failing = FailingFileSystem(
      VolumeFaults(disk, disk: disk, volumes: topology, onCall: held.observe)
    ) { _ in nil }
    var configuration = TestVolumes.configuration(failing, volumes: topology)
    configuration.replication?.policy = try PlacementPolicy(
      "all(across(3, rack, one(ephemeral)), one(durable))")
    configuration.replication?.volumeTimeout = .seconds(600)
    configuration.memtableBytesMax = 4 << 20
    let store = try await EmbeddedStore.open(at: "/d", configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await TestVolumes.put(store, 0)
    // What follows waits, and the next segment cannot be led by one that has led this one.
    held.hold()
    for row in 1..<4 { try await TestVolumes.put(store, row, .operatingSystem) }
    #expect(try await held.isReached())
    failing.fail { call in
      let isLog = call.path.hasPrefix("/a/") && call.path.hasSuffix(".log")
      return call.kind == .open && isLog ? .ioError : nil
    }
    let before = Set(try TestVolumes.names(disk, "/b"))
    let writer = Task {
      var row = 4
      while !Task.isCancelled {
        try await TestVolumes.put(store, row, .operatingSystem)
        row += 1
      }
    }
    let isNextWritten = {
      try TestVolumes.names(disk, "/b").contains { name in
        !before.contains(name) && disk.contents(of: "/b/" + name)?.isEmpty == false
      }
    }
    for _ in 0..<12_000 where failing.injected.isEmpty {
      try await Task.sleep(for: .milliseconds(5))
    }
    for _ in 0..<200 where try !isNextWritten() { try await Task.sleep(for: .milliseconds(5)) }
    let left = disk.killProcess()
    #expect(!failing.injected.isEmpty)
    held.letGo()
    writer.cancel()
    _ = await writer.result
    try await store.close()
    for path in ["/a", "/b"] { left.loseDirectory(path) }
    let again = try await EmbeddedStore.open(
      at: "/d", configuration: TestVolumes.configuration(left, volumes: topology))
    #expect(try await TestVolumes.count(again) >= 1)
    try await again.close()
  }
}
