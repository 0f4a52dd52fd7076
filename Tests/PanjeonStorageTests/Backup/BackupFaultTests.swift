// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

/// Backups, deletions and restores whose calls fail, or between whose calls the power is cut.
@Suite("BackupFaults")
struct BackupFaultTests {
  /// A store with two backups in a directory, one more moment, and what each must hold.
  private struct Prepared {
    var scene: BackupScene
    var disk: InMemoryFileSystem
    var moments: [UInt64: Contents]
  }

  private static func prepare(_ seed: UInt64) async throws -> Prepared {
    var scene = try await BackupScene(seed: seed)
    let disk = InMemoryFileSystem()
    var moments: [UInt64: Contents] = [:]
    for _ in 0..<2 {
      let report = try await scene.store.backUp(
        to: BackupDirectory("/backups", fileSystem: disk))
      moments[report.backup.number] = scene.contents
      try await scene.write(40)
    }
    try await TestStore.settle(scene.store)
    return Prepared(scene: scene, disk: disk, moments: moments)
  }

  /// What is listed is whole and as it was made, `certain` is listed, and a further backup leaves the directory tidy.
  private static func check(
    _ disk: InMemoryFileSystem, _ moments: [UInt64: Contents], certain: Set<UInt64>,
    _ store: EmbeddedStore, _ what: String
  ) async throws {
    let backups = BackupDirectory("/backups", fileSystem: disk)
    let listed = try await backups.listBackups()
    #expect(certain.isSubset(of: listed.map(\.number)), "\(what)")
    for info in listed {
      #expect(info.damage == nil, "\(what)")
      let contents = try await BackupScene.read(info.number, from: backups)
      #expect(contents == moments[info.number], "\(what): backup \(info.number)")
    }
    _ = try await store.backUp(to: backups)
    try BackupScene.expectTidy(disk, what)
  }

  private enum Work: CaseIterable {
    case backUp, delete
  }

  /// Makes backup 3, or deletes backup 1.
  private static func run(
    _ work: Work, _ prepared: Prepared, on fileSystem: any FileSystem
  ) async throws {
    let backups = BackupDirectory("/backups", fileSystem: fileSystem)
    switch work {
    case .backUp: _ = try await prepared.scene.store.backUp(to: backups)
    case .delete: try await backups.deleteBackup(1)
    }
  }

  @Test(
    "Whichever call on the backup's disk fails, earlier backups stay, and the next one tidies up",
    .timeLimit(.minutes(15)))
  func everyCallFails() async throws {
    TestSeed.announce("everyCallFails")
    let prepared = try await Self.prepare(TestSeed.value)
    var moments = prepared.moments
    moments[3] = prepared.scene.contents
    var injected = 0
    for work in Work.allCases {
      let counter = FailingFileSystem(prepared.disk.killProcess()) { _ in nil }
      try await Self.run(work, prepared, on: counter)
      for number in 1...counter.callCount {
        let other: Fault = number % 2 == 0 ? .ioError : .noSpace
        let faults: [Fault] = number % 3 == 0 ? [other, .ioErrorAfterwards] : [other]
        for (index, fault) in faults.enumerated() {
          let disk = prepared.disk.killProcess()
          let failing = FailingFileSystem(
            disk, failingCall: number, with: fault, lasting: (number + index) % 2 == 0)
          let error = await errorOf { try await Self.run(work, prepared, on: failing) }
          injected += failing.injected.count
          if let error {
            // What cannot be read back counts as damaged.
            let allowed: Set<StoreError.Code> = [.io, .noSpace, .corruption]
            #expect(allowed.contains(error.code), "\(work) \(number): \(error)")
          }
          let certain: Set<UInt64> = work == .backUp ? [1, 2] : [2]
          try await Self.check(
            disk, moments, certain: certain, prepared.scene.store,
            "\(work), call \(number) of \(counter.callCount), \(fault)")
        }
      }
    }
    print("everyCallFails: \(injected) faults injected")
    #expect(injected > 100)
    try await prepared.scene.store.close()
  }

  @Test(
    "A crash between any two calls leaves the earlier backups whole, and the new one whole or absent",
    .timeLimit(.minutes(15)))
  func crashes() async throws {
    TestSeed.announce("crashes")
    let prepared = try await Self.prepare(TestSeed.value)
    var moments = prepared.moments
    moments[3] = prepared.scene.contents
    let random = Mutex(SplitMix64(seed: TestSeed.value))
    var examined = 0
    for work in Work.allCases {
      let left = Mutex<[(InMemoryFileSystem, FileSystemCall)]>([])
      let disk = prepared.disk.killProcess()
      let observed = FailingFileSystem(disk) { call in
        guard call.changesDisk else { return nil }
        // Names are made durable there: what stays of them otherwise is looked at more than once.
        for _ in 0..<(call.kind == .syncDirectory ? 8 : 1) {
          let crashed = random.withLock { random in
            disk.crash(keepingUnsynced: [0, 0.5, 0.5, 1][random.below(4)], using: &random)
          }
          left.withLock { $0.append((crashed, call)) }
        }
        left.withLock { $0.append((disk.killProcess(), call)) }
        return nil
      }
      try await Self.run(work, prepared, on: observed)
      // What was acknowledged is durable.
      let end = random.withLock { disk.crash(keepingUnsynced: 0, using: &$0) }
      try await Self.check(
        end, moments, certain: work == .backUp ? [1, 2, 3] : [2], prepared.scene.store,
        "\(work), afterwards")
      for (crashed, call) in left.withLock({ $0 }) {
        examined += 1
        try await Self.check(
          crashed, moments, certain: work == .backUp ? [1, 2] : [2], prepared.scene.store,
          "\(work), before \(call)")
      }
    }
    print("crashes: \(examined) disks examined")
    #expect(examined > 40)
    try await prepared.scene.store.close()
  }

  @Test(
    "A deletion whose process is killed, and power that is cut later, leave no backup without its files"
  )
  func killedDeletion() async throws {
    let prepared = try await Self.prepare(61)
    var random = SplitMix64(seed: 61)
    let disk = prepared.disk.killProcess()
    let stopped = FailingFileSystem(disk) { $0.kind == .syncDirectory ? .ioError : nil }
    let error = await errorOf { try await Self.run(.delete, prepared, on: stopped) }
    #expect(error?.code == .io)
    // Killed: the description is gone for programs, but not from the disk. The next backup tidies up, and is cut short.
    var moments = prepared.moments
    moments[3] = prepared.scene.contents
    let left = Mutex<[InMemoryFileSystem]>([])
    let observed = FailingFileSystem(disk) { call in
      guard call.changesDisk else { return nil }
      var random = SplitMix64(seed: UInt64(call.number))
      for _ in 0..<(call.kind == .syncDirectory ? 8 : 1) {
        let crashed = disk.crash(keepingUnsynced: 0.5, using: &random)
        left.withLock { $0.append(crashed) }
      }
      return nil
    }
    try await Self.run(.backUp, prepared, on: observed)
    for crashed in left.withLock({ $0 }) + [disk.crash(keepingUnsynced: 0, using: &random)] {
      try await Self.check(
        crashed, moments, certain: [2], prepared.scene.store, "a killed deletion")
    }
    try await prepared.scene.store.close()
  }

  @Test("Whichever call of a restore fails or is the last, there is the whole store or none")
  func restoreFails() async throws {
    TestSeed.announce("restoreFails")
    let prepared = try await Self.prepare(TestSeed.value &+ 1)
    let backups = BackupDirectory("/backups", fileSystem: prepared.disk)
    let counter = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    try await backups.restore(2, to: "/store", configuration: TestStore.configuration(counter))
    var whole = 0
    for number in 1...counter.callCount {
      for fault in [Fault.ioErrorAfterwards, .noSpace] {
        let disk = InMemoryFileSystem()
        let failing = FailingFileSystem(disk, failingCall: number, with: fault, lasting: true)
        let crashed = Mutex<InMemoryFileSystem?>(nil)
        let error = await errorOf {
          try await backups.restore(
            2, to: "/store", configuration: TestStore.configuration(failing))
        }
        var random = SplitMix64(seed: UInt64(number))
        crashed.withLock { $0 = disk.crash(keepingUnsynced: 0.5, using: &random) }
        for left in [disk, crashed.withLock { $0 } ?? disk] {
          do {
            var configuration = TestStore.configuration(left)
            configuration.createsIfMissing = false
            let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
            #expect(try await CrashWorkload.contents(of: store) == prepared.moments[2])
            try await store.close()
            whole += 1
          } catch let error as StoreError {
            #expect(error.code == .notAStore, "call \(number), \(fault): \(error)")
          }
        }
        if error == nil {
          #expect(failing.injected.isEmpty || !(failing.injected[0].fault.isReported))
        }
      }
    }
    print("restoreFails: \(counter.callCount) calls, \(whole) times the whole store")
    try await prepared.scene.store.close()
  }
}
