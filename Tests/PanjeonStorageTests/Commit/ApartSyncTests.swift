// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Syncs that writers of the log do not wait for", .timeLimit(.minutes(15)))
struct ApartSyncTests {
  private let disk = InMemoryFileSystem()
  private let lagging: LaggingFileSystem

  init() {
    lagging = LaggingFileSystem(InMemoryFileSystem(), followedBy: disk)
  }

  /// What has been answered, in order.
  private final class Answers: Sendable {
    private let list = Mutex<[Int]>([])
    var all: [Int] { list.withLock { $0 } }

    func put(
      _ number: Int, _ durability: Durability, _ store: EmbeddedStore
    ) -> Task<Void, any Error> {
      Task {
        try await store.put(number, durability)
        list.withLock { $0.append(number) }
      }
    }
  }

  private func rows(_ store: EmbeddedStore) async throws -> Int {
    try await TestStore.rows(store.scan(Scan(), in: "t")).count
  }

  private func wait(until condition: () -> Bool) async throws {
    while !condition() { try await Task.sleep(for: .milliseconds(1)) }
  }

  /// Long enough for what should not happen.
  private func pause() async throws { try await Task.sleep(for: .milliseconds(30)) }

  @Test(
    "While a flush waits for a sync, commits for the operating system write the log, and no SSTable is named"
  )
  func flush() async throws {
    let store = try await TestStore.openAsleep(lagging)
    try await store.put(0, .operatingSystem)
    lagging.hold()
    let flush = Task { try await store.flush() }
    try await wait { lagging.syncsWaiting == 1 }
    try await store.wait { $0.log == .idle }
    for number in 1...20 {
      try await store.put(number, .operatingSystem)
      // Its task had it.
      #expect(store.pipeline.monitor.withLock { $0.log } == .idle)
    }
    #expect(try await rows(store) == 21)
    // Rule 4.
    let versions = try #require(store.background?.environment.versions)
    #expect(try lagging.list("/store").contains { $0.hasSuffix(".sst") })
    #expect(versions.state.fileNumbers.isEmpty)
    #expect(store.metrics.log.syncs == 0)
    lagging.release()
    try await flush.value
    #expect(versions.state.fileNumbers.count == 1)
    try await store.close()
  }

  @Test(
    "A commit for the disk is answered when its sync has ended, and those behind it that wait for it"
  )
  func answers() async throws {
    let store = try await TestStore.openAsleep(lagging)
    try await store.put(0, .operatingSystem)
    lagging.hold()
    let answers = Answers()
    let first = answers.put(1, .disk, store)
    try await wait { lagging.syncsWaiting == 1 }
    let second = answers.put(2, .disk, store)
    try await wait { lagging.syncsWaiting == 2 }
    let third = answers.put(3, .operatingSystem, store)
    try await store.wait { $0.unfinished.count - $0.firstUnfinished == 3 && $0.records.isEmpty }
    try await pause()
    #expect(answers.all.isEmpty)
    #expect(try await rows(store) == 1)

    lagging.release(syncs: 1)
    try await first.value
    try await pause()
    #expect(answers.all == [1])
    #expect(try await rows(store) == 2)

    lagging.release(syncs: 1)
    try await second.value
    try await third.value
    #expect(try await rows(store) == 4)
    lagging.release()
    try await store.close()
    let again = try await TestStore.open(disk)
    #expect(try await rows(again) == 4)
    try await again.close()
  }

  @Test("So many syncs are under way and no more; what is wanted beyond is synced at once, later")
  func bound() async throws {
    let store = try await TestStore.openAsleep(lagging)
    lagging.hold()
    let answers = Answers()
    let count = GroupCommit.syncsMax + 10
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<count {
      tasks.append(answers.put(number, .disk, store))
      try await store.wait { $0.log == .idle && $0.unfinished.count == number + 1 }
      #expect(lagging.syncsWaiting == min(number + 1, GroupCommit.syncsMax))
    }
    try await pause()
    #expect(answers.all.isEmpty)
    let before = store.metrics.log.syncs
    lagging.release()
    for task in tasks { try await task.value }
    #expect(store.metrics.log.syncs - before == UInt64(GroupCommit.syncsMax) + 1)
    #expect(try await rows(store) == count)
    try await store.close()
  }

  @Test("Nothing gathers for a sync that nobody waits for")
  func noGathering() async throws {
    let store = try await TestStore.openAsleep(lagging)
    try await withThrowingTaskGroup { group in
      for client in 0..<4 {
        group.addTask {
          for number in 0..<50 { try await store.put(client * 50 + number, .disk) }
        }
      }
      while store.metrics.log.records < 200 {
        let isGathering = store.pipeline.monitor.withLock { state in
          if case .gathering = state.log { true } else { false }
        }
        #expect(!isGathering)
        await Task.yield()
      }
      try await group.waitForAll()
    }
    #expect(try await rows(store) == 200)
    try await store.close()
  }

  @Test("The next segment is begun while the syncs of the last one are still under way")
  func segments() async throws {
    let store = try await TestStore.openAsleep(lagging)
    lagging.hold()
    let answers = Answers()
    let first = answers.put(0, .disk, store)
    try await wait { lagging.syncsWaiting == 1 }
    let segments = try #require(store.background?.segments)
    let begun = segments.currentNumber
    let value = Bytes([UInt8](repeating: 1, count: 1000))
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<60 {
      // They wait for the first.
      tasks.append(
        Task {
          try await store.mutate(
            RowMutations(
              TestStore.row(number),
              [.put(Column(family: "other", qualifier: "q"), timestamp: nil, value: value)]),
            in: "t", durability: .operatingSystem)
        })
      try await store.wait { $0.unfinished.count == number + 2 && $0.records.isEmpty }
    }
    #expect(segments.currentNumber >= begun + 3)
    #expect(answers.all.isEmpty)
    let last = answers.put(60, .disk, store)
    try await store.wait { $0.unfinished.count == 62 && $0.records.isEmpty }
    lagging.release()
    try await first.value
    for task in tasks { try await task.value }
    try await last.value
    // With the last, all before it is on the disk that follows.
    var random = SplitMix64(seed: 3)
    let again = try await TestStore.open(disk.crash(keepingUnsynced: 0, using: &random))
    #expect(try await rows(again) == 61)
    try await again.close()
    try await store.close()
  }

  @Test("Closing waits for the syncs that are under way", arguments: [true, false])
  func close(isHalted: Bool) async throws {
    let failing = FailingFileSystem(lagging) { _ in nil }
    let store = try await TestStore.openAsleep(failing)
    lagging.hold()
    let answers = Answers()
    let commit = answers.put(0, .disk, store)
    try await wait { lagging.syncsWaiting == 1 }
    if isHalted {
      // Then nothing is flushed, and only the log's thread waits.
      failing.fail { $0.path.hasSuffix(".sst") ? .ioError : nil }
      await #expect(throws: StoreError.self) { try await store.flush() }
      try await wait { store.readOnlyCause != nil }
    }
    let isClosed = Mutex(false)
    let close = Task {
      let error = await errorOf { try await store.close() }
      isClosed.withLock { $0 = true }
      return error
    }
    try await pause()
    #expect(!isClosed.withLock { $0 } && answers.all.isEmpty)
    lagging.release()
    try await commit.value
    #expect(await close.value?.code == (isHalted ? .readOnly : nil))
    let again = try await TestStore.open(disk)
    #expect(try await rows(again) == 1)
    try await again.close()
  }
}
