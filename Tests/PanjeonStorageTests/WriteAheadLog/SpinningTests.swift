// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Commits that spin while another task writes the log", .timeLimit(.minutes(15)))
struct SpinningTests {
  /// Puts a commit in order that nobody has written yet, and that is answered by being seen; returns its sequence.
  private func enterSpinning(_ store: EmbeddedStore) -> UInt64 {
    store.pipeline.monitor.withLock { state in
      state.log = .lent
      state.lastSequence += 1
      state.lastRecordSequence = state.lastSequence
      state.records.append([])
      state.unfinished.append(
        UnfinishedCommit(
          lastSequence: state.lastSequence, durability: .operatingSystem, continuation: nil))
      return state.lastSequence
    }
  }

  /// What a task is told that has spun for the commit in vain, while `meanwhile` happened and until `afterwards` has.
  private func suspend(
    _ store: EmbeddedStore, until sequence: UInt64, meanwhile: () throws -> Void = {},
    afterwards: @escaping @Sendable () -> Void = {}
  ) async rethrows -> SequencerAnswer {
    try meanwhile()
    return unsafe await withUnsafeContinuation { continuation in
      let answer = unsafe store.pipeline.suspend(continuation, until: sequence)
      if let answer { unsafe continuation.resume(returning: answer) } else { afterwards() }
    }
  }

  @Test("What is written between the last look and the lock is seen under the lock")
  func lateLook() async throws {
    let store = try await TestStore.openAsleep(InMemoryFileSystem())
    let leader = try #require(store.background?.leader)
    let sequence = enterSpinning(store)
    let answer = await suspend(store, until: sequence, meanwhile: { leader.leadQueued() }) {
      Issue.record("the task sleeps, and nobody will wake it")
    }
    #expect(answer.isCommitted)
    #expect(store.pipeline.visible.value == sequence)
    try await store.close()
  }

  @Test(
    "A task spins only where the log is lent and nothing is to be synced, and sees what it waits for"
  )
  func spinning() async throws {
    let store = try await TestStore.openAsleep(InMemoryFileSystem())
    let leader = try #require(store.background?.leader)
    let sequence = enterSpinning(store)
    store.pipeline.monitor.withLock { state in
      #expect(state.isSoonWritten)
      state.wantsSync = true
      #expect(!state.isSoonWritten)
      state.wantsSync = false
    }
    leader.leadQueued()
    let answer = unsafe await withUnsafeContinuation { continuation in
      let answer = unsafe store.pipeline.spin(for: sequence, continuation)
      unsafe continuation.resume(returning: answer ?? .roomMade)
    }
    #expect(answer.isCommitted)
    #expect(!store.pipeline.monitor.withLock { $0.isSoonWritten })
    try await store.close()
  }

  @Test("A task that has spun in vain is suspended, and woken by whoever writes its record")
  func suspended() async throws {
    let store = try await TestStore.openAsleep(InMemoryFileSystem())
    let leader = try #require(store.background?.leader)
    let sequence = enterSpinning(store)
    let seen = AtomicNumber(0)
    let answer = await suspend(store, until: sequence) {
      seen.store(store.pipeline.visible.value)
      leader.leadQueued()
    }
    #expect(answer.isCommitted)
    #expect(seen.value < sequence)
    try await store.close()
  }

  @Test(
    "When the log fails while tasks spin, those before and after giving up are told, and no other")
  func failure() async throws {
    let disk = InMemoryFileSystem()
    let failing = FailingFileSystem(disk) { _ in nil }
    let store = try await TestStore.openAsleep(failing)
    let leader = try #require(store.background?.leader)
    let sequence = enterSpinning(store)
    failing.fail { $0.kind == .write ? .ioError : nil }
    let answer = await suspend(store, until: sequence, meanwhile: { leader.leadQueued() }) {
      Issue.record("the task sleeps, and nobody will wake it")
    }
    guard case .failed(let error) = answer else { throw NotFailed() }
    #expect(error.code == .unknownOutcome)
    failing.fail { _ in nil }
    try await store.resume()
    // By then all that was in order has happened.
    let afterwards = try await suspend(store, until: sequence)
    #expect(afterwards.isCommitted)
    try await store.close()
  }

  private struct NotFailed: Error {}

  @Test("Commits of two threads are all there, whichever wrote them")
  func together() async throws {
    let store = try await TestStore.openAsleep(InMemoryFileSystem())
    let before = store.metrics.log.records
    let perTask = 2_000
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<4 {
        group.addTask {
          for number in 0..<perTask {
            try await store.put(task * perTask + number, .operatingSystem)
            // Acknowledged is visible.
            let get = Get(TestStore.row(task * perTask + number))
            let found = try await store.get(get, in: "t")
            guard found != nil else { throw NotFailed() }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(store.metrics.log.records == before + UInt64(4 * perTask))
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 4 * perTask)
    try await store.close()
  }
}

extension SequencerAnswer {
  fileprivate var isCommitted: Bool {
    if case .committed = self { true } else { false }
  }
}
