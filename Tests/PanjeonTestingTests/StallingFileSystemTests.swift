// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("StallingFileSystem")
struct StallingFileSystemTests {
  private static let path = "/d/file"

  private let clock = ManualTimeSource()

  private func makeDisk(
    observer: (@Sendable (FileSystemCall) -> Void)? = nil
  ) throws -> InMemoryFileSystem {
    let disk = InMemoryFileSystem(observer: observer)
    try disk.createDirectory("/d")
    try disk.createDirectory("/e")
    return disk
  }

  private func stall(
    _ path: String, from begin: Duration, lasting duration: Duration
  )
    -> StallSchedule
  {
    StallSchedule([DeviceStall(path, from: begin, lasting: duration)])
  }

  /// A call on a thread of its own, and whether it has ended.
  private final class Call: Sendable {
    private let ended = Mutex(false)
    private let failure = Mutex<(any Error)?>(nil)
    private let thread = Mutex<WorkerThread?>(nil)

    init(_ body: @escaping @Sendable () throws -> Void) {
      let started = WorkerThread(name: "stalled") { [self] in
        do { try body() } catch { failure.withLock { $0 = error } }
        ended.withLock { $0 = true }
      }
      thread.withLock { $0 = started }
    }

    var hasEnded: Bool { ended.withLock { $0 } }

    /// Waits for its end.
    func end() throws {
      thread.withLock { $0 }?.join()
      if let failure = failure.withLock({ $0 }) { throw failure }
    }
  }

  /// Waits until a call is held up, for ten seconds at the most.
  private func waitForOne(_ system: StallingFileSystem) async throws {
    for _ in 0..<10_000 where system.heldUp.waiting == 0 {
      try await Task.sleep(for: .milliseconds(1))
    }
    try #require(system.heldUp.waiting > 0, "nothing is held up")
  }

  private typealias Body = @Sendable (StallingFileSystem, any File) throws -> Void

  private static let calls: [(FileSystemCall.Kind, Body)] = [
    (.createDirectory, { system, _ in try system.createDirectory("/d/new") }),
    (.open, { system, _ in _ = try system.open("/d/other", .createNew) }),
    (.exists, { system, _ in _ = try system.exists("/d/file") }),
    (.rename, { system, _ in try system.rename("/e/a", to: "/d/a") }),
    (.rename, { system, _ in try system.rename("/d/b", to: "/e/b") }),
    (.link, { system, _ in try system.link("/d/b", to: "/e/b") }),
    (.link, { system, _ in try system.link("/e/a", to: "/d/a") }),
    (.remove, { system, _ in try system.remove("/d/b") }),
    (.list, { system, _ in _ = try system.list("/d") }),
    (.syncDirectory, { system, _ in try system.syncDirectory("/d") }),
    (.lock, { system, _ in _ = try system.lock("/d/LOCK") }),
    (.owner, { system, _ in _ = try system.isWritableByOthers("/d") }),
    (.room, { system, _ in _ = try system.freeBytes("/d") }),
    (.read, { _, file in _ = try file.readUpTo(1, at: 0) }),
    (.write, { _, file in try file.write([1, 2, 3]) }),
    (.write, { _, file in file.beginWriteback(of: 0..<1) }),
    (.sync, { _, file in try file.sync() }),
    (.truncate, { _, file in try file.truncate(to: 1) }),
    (.size, { _, file in _ = try file.size() }),
  ]

  @Test(
    "Every call waits until the stall has ended, and is carried out then",
    .timeLimit(.minutes(15)), arguments: calls.indices)
  func waits(_ number: Int) async throws {
    let (kind, body) = Self.calls[number]
    let after = Mutex<[FileSystemCall.Kind]>([])
    let disk = try makeDisk { call in after.withLock { $0.append(call.kind) } }
    let system = StallingFileSystem(disk, timeSource: clock)
    let file = try system.open(Self.path, .createNew)
    for name in ["/e/a", "/d/b"] { _ = try disk.open(name, .createNew) }
    clock.advance(by: .seconds(5))
    system.begin(stall("/d", from: .seconds(1), lasting: .seconds(2)))
    clock.advance(by: .milliseconds(1500))
    after.withLock { $0 = [] }
    let call = Call { try body(system, file) }
    try await waitForOne(system)
    clock.advance(by: .milliseconds(1499))
    // Long enough for several looks at the clock.
    try await Task.sleep(for: .milliseconds(5))
    #expect(!call.hasEnded)
    #expect(after.withLock { $0 } == [])
    clock.advance(by: .milliseconds(1))
    try call.end()
    #expect([.owner, .room].contains(kind) || number == 15 || after.withLock { $0 }.contains(kind))
    #expect(system.heldUp.calls == [kind: 1])
    #expect(system.heldUp.waiting == 0 && system.heldUp.count == 1)
    #expect(system.heldUp.total == .milliseconds(1500))
    #expect(system.heldUp.longest == .milliseconds(1500))
  }

  @Test("Before and after a stall, and on another device, nothing waits")
  func passes() throws {
    let disk = try makeDisk()
    let system = StallingFileSystem(disk, timeSource: clock)
    let file = try system.open("/e/file", .createNew)
    let stalled = try system.open(Self.path, .createNew)
    system.begin(stall("/d", from: .seconds(1), lasting: .seconds(2)))
    try stalled.write([1])
    clock.advance(by: .seconds(1))
    #expect(system.isStalled(Self.path) && !system.isStalled("/e/file"))
    try file.write([2])
    try file.sync()
    try system.rename("/e/file", to: "/e/other")
    stalled.close()
    clock.advance(by: .seconds(2))
    try stalled.sync()
    try system.syncDirectory("/d")
    #expect(system.heldUp == StallingFileSystem.HeldUp())
    #expect(disk.contents(of: "/e/other") == [2])
  }

  @Test("A call under way when a stall begins is let go")
  func underWay() throws {
    let clock = clock
    let disk = try makeDisk { call in
      if call.kind == .sync { clock.advance(by: .seconds(1)) }
    }
    let system = StallingFileSystem(disk, timeSource: clock)
    let file = try system.open(Self.path, .createNew)
    system.begin(stall("/d", from: .seconds(1), lasting: .seconds(2)))
    try file.sync()
    #expect(system.isStalled(Self.path))
    #expect(system.heldUp.count == 0)
  }

  @Test("Stalls that overlap are waited for together, and those of a schedule end with it")
  func schedules() async throws {
    let system = StallingFileSystem(try makeDisk(), timeSource: clock)
    let file = try system.open(Self.path, .createNew)
    system.begin(
      StallSchedule([
        DeviceStall("/d", from: .zero, lasting: .seconds(2)),
        DeviceStall("/d/file", from: .seconds(1), lasting: .seconds(2)),
        DeviceStall("/d", from: .seconds(4), lasting: .seconds(100)),
      ]))
    let first = Call { try file.sync() }
    try await waitForOne(system)
    clock.advance(by: .milliseconds(2999))
    try await Task.sleep(for: .milliseconds(5))
    #expect(!first.hasEnded)
    clock.advance(by: .milliseconds(1))
    try first.end()
    clock.advance(by: .seconds(2))
    let second = Call { try file.sync() }
    try await waitForOne(system)
    system.endStalls()
    try second.end()
    try file.sync()
    #expect(system.heldUp.calls == [.sync: 2])
  }

  @Test("A read that may not wait is refused meanwhile; whether writes are buffered is passed on")
  func cachedReads() throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    let path = directory.path + "/file"
    let plain = try PosixFileSystem().open(path, .createNew)
    try plain.write([1, 2, 3])
    let system = StallingFileSystem(PosixFileSystem(), timeSource: clock)
    #expect(system.isForManyThreads)
    let file = try system.open(path, .read)
    #expect(file.isWriteBuffered)
    // Some file systems know no such reads.
    let isOffered = plain.isCached(3)
    #expect(file.isCached(3) == isOffered)
    system.begin(stall(directory.path, from: .zero, lasting: .seconds(1)))
    #expect(!file.isCached(3))
    #expect(system.heldUp.cachedReadsRefused == 1 && system.heldUp.count == 0)
    clock.advance(by: .seconds(1))
    #expect(file.isCached(3) == isOffered)
    #expect(system.heldUp.cachedReadsRefused == 1)
  }

  @Test(
    "A store on a device that stalls answers a commit on disk late, and rightly",
    .timeLimit(.minutes(15)))
  func store() async throws {
    let system = StallingFileSystem(InMemoryFileSystem(), timeSource: clock)
    var configuration = StoreConfiguration()
    configuration.fileSystem = system
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TableSchema(name: "t", families: [ColumnFamily("f")]))
    system.begin(stall("/store", from: .zero, lasting: .seconds(2)))
    var row = RowMutations("row")
    row.put(family: "f", qualifier: "q", value: "value")
    let put = row
    let commit = Task { try await store.mutate(put, in: "t", durability: .disk) }
    try await waitForOne(system)
    #expect(try await store.get(Get("row"), in: "t") == nil)
    clock.advance(by: .seconds(2))
    _ = try await commit.value
    #expect(try await store.get(Get("row"), in: "t") != nil)
    #expect(system.heldUp.count > 0)
    try await store.close()
  }
}

extension File {
  fileprivate func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write(UnsafeRawBufferPointer($0), at: 0) }
  }

  fileprivate func isCached(_ count: Int) -> Bool {
    var bytes = [UInt8](repeating: 0, count: count)
    return bytes.withUnsafeMutableBytes { readIfCached(into: $0, at: 0) }
  }
}
