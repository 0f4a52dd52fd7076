// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Commits that wait for a copy of the log that follows", .timeLimit(.minutes(15)))
struct WriteBacklogTests {
  private let backlog = WriteBacklog(bytesMax: 1000)

  private func open(
    _ fileSystem: any FileSystem, _ clock: any TimeSource
  ) async throws
    -> EmbeddedStore
  {
    var configuration = TestStore.configuration(fileSystem)
    configuration.timeSource = clock
    configuration.writeBacklog = backlog
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    return store
  }

  /// A commit that waits at the bound.
  private func beginWaiting(_ store: EmbeddedStore) async throws -> Task<StoreError?, Never> {
    backlog.bytesBehind = 1000
    let commit = Task { await errorOf { try await store.put(1, .operatingSystem) } }
    while store.metrics.stalls[.durableCopyBehind].waiting == 0 {
      try await Task.sleep(for: .milliseconds(1))
    }
    try await Task.sleep(for: .milliseconds(20))
    #expect(store.metrics.stalls[.durableCopyBehind].waiting == 1)
    return commit
  }

  @Test("The delay begins at half of the bound and grows with the square of the excess")
  func curve() {
    let delays: [(Int, Duration)] = [
      (0, .zero), (500, .zero), (550, .microseconds(500)), (750, .microseconds(12_500)),
      (1000, .milliseconds(50)), (5000, .milliseconds(50)), (-3, .zero),
    ]
    for (bytes, delay) in delays {
      backlog.bytesBehind = bytes
      let difference = backlog.delay - delay
      #expect(max(difference, .zero - difference) < .nanoseconds(100), "\(bytes)")
      #expect(backlog.isFull == (bytes >= 1000))
    }
    backlog.bytesBehind = 0
    backlog.add(700)
    backlog.add(-100)
    #expect(backlog.bytesBehind == 600)
  }

  @Test("A commit is delayed for it, and named; below half of the bound none is")
  func delays() async throws {
    let store = try await open(InMemoryFileSystem(), ManualTimeSource())
    backlog.bytesBehind = 499
    try await store.put(0, .operatingSystem)
    #expect(store.metrics.stalls == Metrics.Stalls())
    backlog.bytesBehind = 750
    for number in 0..<4 { try await store.put(number, .operatingSystem) }
    let stall = store.metrics.stalls[.durableCopyBehind]
    #expect(stall.count == 4 && stall.longest == .microseconds(12_500))
    #expect(store.metrics.stalls.total == .milliseconds(50))
    try await store.close()
  }

  @Test("At the bound a commit waits until there is room")
  func bound() async throws {
    let store = try await open(InMemoryFileSystem(), SystemTimeSource())
    let commit = try await beginWaiting(store)
    backlog.bytesBehind = 400
    #expect(await commit.value == nil)
    let stall = store.metrics.stalls[.durableCopyBehind]
    #expect(stall.count == 1 && stall.waiting == 0 && stall.longest >= .milliseconds(20))
    try await store.close()
  }

  @Test(
    "A store that halts or closes lets those in that wait, to be refused; one that is cancelled gives up"
  )
  func ends() async throws {
    let failing = FailingFileSystem(InMemoryFileSystem()) { _ in nil }
    let store = try await open(failing, SystemTimeSource())
    let cancelled = try await beginWaiting(store)
    cancelled.cancel()
    #expect(await cancelled.value?.code == .unavailable)

    backlog.bytesBehind = 0
    failing.fail { $0.kind == .write && $0.path.hasSuffix(".log") ? .ioError : nil }
    let waiting = try await beginWaiting(store)
    #expect(throws: StoreError.self) { try store.pipeline.syncLogOfEmptyRecord() }
    #expect(await waiting.value?.code == .readOnly)
    failing.heal()
    try await store.resume()

    let last = try await beginWaiting(store)
    try await store.close()
    #expect(await last.value?.code == .closed)
  }
}

extension CommitPipeline {
  /// Has the log written and synced though no commit is let in.
  fileprivate func syncLogOfEmptyRecord() throws {
    let sequence = monitor.withLock { state -> UInt64 in
      state.records.append([])
      state.lastSequence += 1
      state.lastRecordSequence = state.lastSequence
      return state.lastSequence
    }
    try syncLog(through: sequence)
  }
}
