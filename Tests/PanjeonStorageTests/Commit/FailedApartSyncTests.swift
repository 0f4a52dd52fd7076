// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Syncs that fail behind the backs of those who write the log", .timeLimit(.minutes(15)))
struct FailedApartSyncTests {
  private let disk = InMemoryFileSystem()
  private let leading: FailingFileSystem
  private let following: FailingFileSystem
  private let lagging: LaggingFileSystem

  init() {
    leading = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    following = FailingFileSystem(disk) { _ in nil }
    lagging = LaggingFileSystem(leading, followedBy: following)
  }

  private func rows(_ store: EmbeddedStore) async throws -> Set<Bytes> {
    Set(try await TestStore.rows(store.scan(Scan(), in: "t")).map(\.row))
  }

  private func wait(until condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// Begins commits for the disk, each in a sync of its own, that do not end.
  private func begin(
    _ numbers: ClosedRange<Int>, _ store: EmbeddedStore
  ) async throws -> [Task<StoreError?, Never>] {
    lagging.hold()
    var tasks: [Task<StoreError?, Never>] = []
    for number in numbers {
      tasks.append(Task { await errorOf { try await store.put(number, .disk) } })
      try await wait { lagging.syncsWaiting == tasks.count }
    }
    try await store.wait { $0.log == .idle }
    return tasks
  }

  @Test(
    "The first that fails halts the store with unknown outcome, once, though later ones succeed; resuming brings all back"
  )
  func failure() async throws {
    let store = try await TestStore.openAsleep(lagging)
    try await store.put(0, .disk)
    let tasks = try await begin(1...3, store)
    let poisoned = Mutex<String?>(nil)
    following.fail { call in
      guard call.kind == .sync, call.path.hasSuffix(".log") else { return nil }
      return poisoned.withLock { path in
        if path != nil { return nil }
        path = call.path
        return .syncDroppingPages(alsoFromMemory: false)
      }
    }
    lagging.release()
    for task in tasks { #expect(await task.value?.code == .unknownOutcome) }
    try await wait { lagging.syncsWaiting == 0 }
    let cause = try #require(store.readOnlyCause)
    #expect(cause.code == .readOnly && (cause.cause as? StoreError)?.code == .io)
    #expect(store.metrics.errors.halts == 1)
    #expect(try await rows(store) == [TestStore.row(0)])
    #expect(await errorOf { try await store.put(4, .memory) }?.code == .readOnly)
    #expect(store.pipeline.monitor.withLock { $0.log } == .idle)

    following.fail { call in
      if call.kind == .sync, call.path == poisoned.withLock({ $0 }) {
        Issue.record("\(call.path) is synced again")
      }
      return nil
    }
    try await store.resume()
    let kept = Set((0...3).map(TestStore.row))
    #expect(try await rows(store) == kept)
    var random = SplitMix64(seed: 1)
    let afterCut = try await TestStore.open(disk.crash(keepingUnsynced: 0, using: &random))
    #expect(try await rows(afterCut) == kept)
    try await afterCut.close()
    try await store.put(5, .disk)
    try await store.close()
  }

  @Test(
    "What ends late, of a log that has been begun anew, does nothing", arguments: [true, false])
  func late(fails: Bool) async throws {
    let store = try await TestStore.openAsleep(lagging)
    lagging.keepEnds()
    if fails { following.fail { $0.kind == .sync && $0.path.hasSuffix(".log") ? .ioError : nil } }
    let task = Task { await errorOf { try await store.put(0, .disk) } }
    try await store.wait { $0.syncs.count == 1 && $0.log == .idle }
    try await wait { lagging.syncsWaiting == 0 }
    leading.fail { $0.kind == .write && $0.path.hasSuffix(".log") ? .noSpace : nil }
    #expect(await errorOf { try await store.put(1, .operatingSystem) }?.code == .unknownOutcome)
    #expect(await task.value?.code == .unknownOutcome)
    leading.heal()
    following.heal()
    try await store.resume()
    let other = Task { try await store.put(2, .disk) }
    try await store.wait { $0.syncs.count == 1 && $0.log == .idle }
    try await wait { lagging.syncsWaiting == 0 }
    let before = store.pipeline.monitor.withLock { $0.syncedThrough }
    lagging.tellEnds()
    try await other.value
    #expect(store.readOnlyCause == nil)
    #expect(store.pipeline.monitor.withLock { $0.syncs.count } == 0)
    #expect(store.pipeline.monitor.withLock { $0.syncedThrough } > before)
    #expect(try await rows(store) == Set((0...2).map(TestStore.row)))
    // The background works too.
    try await store.flush()
    try await store.close()
  }

  @Test(
    "A task that is writing the log while a sync fails gives it back broken, and then it can be resumed"
  )
  func whileLent() async throws {
    let store = try await TestStore.openAsleep(lagging)
    try await store.put(0, .operatingSystem)
    lagging.hold()
    let flush = Task { await errorOf { try await store.flush() } }
    try await wait { lagging.syncsWaiting == 1 }
    try await store.wait { $0.log == .idle }
    following.fail { $0.kind == .sync && $0.path.hasSuffix(".log") ? .ioError : nil }
    let wasLent = Mutex(false)
    leading.fail { [lagging] call in
      guard call.kind == .write, call.path.hasSuffix(".log") else { return nil }
      let phase = store.pipeline.monitor.withLock { $0.log }
      lagging.release()
      // In the middle of its write.
      for _ in 0..<2000 where !store.pipeline.monitor.withLock({ $0.isLogBroken }) {
        Monitor(0).wait(timeout: .milliseconds(1)) { _ -> Void? in nil }
      }
      wasLent.withLock {
        $0 = phase == .lent && store.pipeline.monitor.withLock { $0.log } == .lent
      }
      return nil
    }
    let error = await errorOf { try await store.put(1, .operatingSystem) }
    #expect(error?.code == .unknownOutcome)
    #expect(wasLent.withLock { $0 })
    #expect(await flush.value != nil)
    #expect(store.pipeline.monitor.withLock { $0.log } == .idle)
    #expect(try await rows(store) == [TestStore.row(0)])
    leading.heal()
    following.heal()
    try await store.resume()
    #expect(try await rows(store) == [TestStore.row(0), TestStore.row(1)])
    try await store.put(2, .disk)
    try await store.close()
  }

  @Test("A store whose log has broken behind its back can be closed")
  func closing() async throws {
    let store = try await TestStore.openAsleep(lagging)
    let tasks = try await begin(0...1, store)
    following.fail { $0.kind == .sync && $0.path.hasSuffix(".log") ? .ioError : nil }
    let close = Task { await errorOf { try await store.close() } }
    try await Task.sleep(for: .milliseconds(20))
    lagging.release()
    for task in tasks { #expect(await task.value?.code == .unknownOutcome) }
    #expect(await close.value != nil)
    following.heal()
    let again = try await TestStore.open(disk.killProcess())
    try await again.close()
  }

  @Test("Clients that commit while syncs fail and the store is resumed lose nothing and see no gap")
  func clients() async throws {
    TestSeed.announce("clients")
    let store = try await TestStore.openAsleep(lagging)
    let lagging = lagging
    let syncs = Mutex(0)
    following.fail { call in
      guard call.kind == .sync, call.path.hasSuffix(".log") else { return nil }
      return syncs.withLock { count in
        count += 1
        return count % 7 == 0 ? .syncDroppingPages(alsoFromMemory: false) : nil
      }
    }
    let keeper = Task {
      while !Task.isCancelled {
        if store.readOnlyCause != nil {
          lagging.heal()
          try? await store.resume()
        }
        try? await Task.sleep(for: .milliseconds(1))
      }
    }
    let done = try await withThrowingTaskGroup(of: [Int].self) { group in
      for client in 0..<6 {
        group.addTask {
          var known: [Int] = []
          for number in 0..<100_000 where known.count < 100 {
            let row = client * 100_000 + number
            let error = await errorOf { try await store.put(row, Durability.allCases[number % 3]) }
            switch error?.code {
            case nil, .unknownOutcome?: known.append(row)
            case .readOnly?: try await Task.sleep(for: .milliseconds(1))
            case let code?: Issue.record("\(code)")
            }
          }
          return known
        }
      }
      var done: [Int] = []
      for try await part in group { done += part }
      return done
    }
    keeper.cancel()
    await keeper.value
    following.heal()
    try await wait { lagging.syncsWaiting == 0 }
    lagging.heal()
    if store.readOnlyCause != nil { try await store.resume() }
    let expected = Set(done.map(TestStore.row))
    #expect(try await rows(store) == expected)
    #expect(store.metrics.errors.halts > 2)
    try await store.close()
    let again = try await TestStore.open(disk)
    #expect(try await rows(again) == expected)
    try await again.close()
  }
}
