// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Commits that write the log themselves")
struct LeadingTests {
  private func rows(_ store: EmbeddedStore) async throws -> Int {
    try await TestStore.rows(store.scan(Scan(), in: "t")).count
  }

  @Test(
    "A commit that asks for the operating system alone has the log lent to it, and its thread sleeps on"
  )
  func alone() async throws {
    let store = Mutex<EmbeddedStore?>(nil)
    let phases = Mutex<[LogPhase]>([])
    let disk = InMemoryFileSystem { call in
      guard call.kind == .write, let store = store.withLock({ $0 }) else { return }
      let phase = store.pipeline.monitor.withLock { $0.log }
      phases.withLock { $0.append(phase) }
    }
    let opened = try await TestStore.openAsleep(disk)
    store.withLock { $0 = opened }
    for number in 0..<5 {
      try await opened.put(number, .operatingSystem)
      #expect(opened.pipeline.monitor.withLock { $0.log } == .idle)
    }
    #expect(phases.withLock { $0 } == [LogPhase](repeating: .lent, count: 5))
    // One that asks for a sync would wait for it.
    try await opened.put(5, .disk)
    #expect(phases.withLock { $0.last } == .busy)
    #expect(try await rows(opened) == 6)
    store.withLock { $0 = nil }
    try await opened.close()
    let again = try await TestStore.open(disk)
    #expect(try await rows(again) == 6)
    try await again.close()
  }

  /// Has the log lent to the test, and commits queue up for it.
  private func lend(
    _ store: EmbeddedStore, to others: [Durability], _ body: (GroupCommit) async throws -> Void
  ) async throws {
    let leader = try #require(store.background?.leader)
    store.pipeline.monitor.withLock { $0.log = .lent }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, durability) in others.enumerated() {
        group.addTask { try await store.put(number, durability) }
      }
      try await store.wait { $0.records.count == others.count }
      try await body(leader)
      try await group.waitForAll()
    }
    try await store.wait { $0.log == .idle }
    #expect(try await rows(store) == others.count)
  }

  @Test("Those that queue up meanwhile are written together by the one that has the log")
  func followers() async throws {
    let store = try await TestStore.openAsleep(InMemoryFileSystem())
    let before = store.metrics.log
    try await lend(store, to: [.operatingSystem, .operatingSystem, .operatingSystem]) { leader in
      leader.leadQueued()
    }
    #expect(store.metrics.log.writes == before.writes + 1)
    #expect(store.metrics.log.records == before.records + 3)
    try await store.close()
  }

  @Test("What must be synced, and the end of the store, give the log to its thread")
  func givenBack() async throws {
    let store = try await TestStore.openAsleep(InMemoryFileSystem())
    let before = store.metrics.log.syncs
    try await lend(store, to: [.operatingSystem, .disk]) { leader in
      // Nobody writes as long as the log is lent, and it is not led either.
      #expect(!store.pipeline.monitor.withLock { leader.mayLead($0) })
      leader.leadQueued()
    }
    #expect(store.metrics.log.syncs == before + 1)

    let leader = try #require(store.background?.leader)
    store.pipeline.monitor.withLock { $0.log = .lent }
    async let last: Void = store.put(7, .operatingSystem)
    try await store.wait { $0.records.count == 1 }
    async let end: Void = store.close()
    // What is in memory is flushed first, and the log synced for that.
    try await store.wait { $0.isClosing || $0.wantsSync }
    #expect(store.pipeline.monitor.withLock { $0.log } == .lent)
    leader.leadQueued()
    try await last
    try await end
  }

  @Test("A task that is never done leading hands the log on")
  func bound() async throws {
    let store = Mutex<EmbeddedStore?>(nil)
    let led = Mutex(0)
    // Whenever something is written, the next commit is there already.
    let disk = InMemoryFileSystem { call in
      guard call.kind == .write, let store = store.withLock({ $0 }) else { return }
      let isLed = store.pipeline.monitor.withLock { state in
        if state.log == .lent, state.records.isEmpty { state.enqueueEmptyRecord() }
        return state.log == .lent
      }
      if isLed { led.withLock { $0 += 1 } }
    }
    let opened = try await TestStore.openAsleep(disk)
    store.withLock { $0 = opened }
    try await opened.put(0, .operatingSystem)
    #expect(led.withLock { $0 } == GroupCommit.leadsMax)
    store.withLock { $0 = nil }
    try await opened.wait { $0.log == .idle }
    try await opened.close()
  }

  @Test(
    "When its write fails, it and those behind it are told, and the store can be resumed and closed"
  )
  func failure() async throws {
    for resumes in [true, false] {
      let disk = InMemoryFileSystem()
      let failing = FailingFileSystem(disk) { _ in nil }
      let store = try await TestStore.openAsleep(failing)
      try await store.put(0, .operatingSystem)
      failing.fail { $0.kind == .write ? .ioError : nil }
      let error = await #expect(throws: StoreError.self) {
        try await store.put(1, .operatingSystem)
      }
      #expect(error?.code == .unknownOutcome)
      #expect(store.readOnlyCause?.code == .readOnly)
      failing.fail { _ in nil }
      if resumes {
        try await store.resume()
        try await store.put(2, .operatingSystem)
        #expect(try await rows(store) == 3)
        try await store.close()
      } else {
        await #expect(throws: StoreError.self) { try await store.close() }
      }
    }
  }
}

extension GroupCommit {
  /// Goes on as a task does that has the log and finds commits queued, or gives it back.
  func leadQueued() {
    let group = pipeline.monitor.withLock { state in
      mayLead(state) ? state.takeGroup() : nil
    }
    if let group { return lead(group) }
    if pipeline.monitor.withLock({ $0.giveLogBack() }) { pipeline.monitor.notifyAll() }
  }
}

extension SequencerState {
  /// Queues a record that says nothing: the padding of a log.
  fileprivate mutating func enqueueEmptyRecord() {
    records.append([])
  }
}
