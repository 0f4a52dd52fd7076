// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Group commit: how long commits gather")
struct GroupPaceTests {
  private func pace(after records: Int, queued: Int, syncs: Int = 1) -> GroupPace {
    var pace = GroupPace()
    for _ in 0..<syncs { pace.noteSync(of: records, queued: queued, nanoseconds: 400_000) }
    return pace
  }

  @Test("A client alone never waits, nor does one whom all others have joined already")
  func alone() {
    #expect(GroupPace().goal(queued: 1) == nil)
    #expect(pace(after: 1, queued: 0).goal(queued: 1) == nil)
    #expect(pace(after: 3, queued: 2).goal(queued: 5) == nil)
    #expect(pace(after: 3, queued: 2).goal(queued: 0) == nil)
  }

  @Test("As many are waited for as the last round has seen, for a share of what a sync takes")
  func goal() throws {
    let goal = try #require(pace(after: 6, queued: 6, syncs: 50).goal(queued: 6))
    #expect(goal.records == 12)
    #expect(goal.time > .microseconds(190) && goal.time < .microseconds(210))
  }

  @Test("Who comes in vain is waited for half as long, who comes a little longer, between bounds")
  func patience() throws {
    var pace = pace(after: 6, queued: 6, syncs: 50)
    let goal = try #require(pace.goal(queued: 6))
    func time() throws -> Duration { try #require(pace.goal(queued: 6)).time }
    pace.noteWait(for: goal, from: 6, to: 12)
    #expect(try time() > goal.time)
    for _ in 0..<100 { pace.noteWait(for: goal, from: 6, to: 12) }
    #expect(try time() <= .microseconds(400 * GroupPace.patienceMax))
    let longest = try time()
    pace.noteWait(for: goal, from: 6, to: 9)
    #expect(try time() == longest, "half of them came")
    pace.noteWait(for: goal, from: 6, to: 8)
    #expect(try time() < longest * 0.51)
    for _ in 0..<100 { pace.noteWait(for: goal, from: 6, to: 6) }
    #expect(try time() >= .microseconds(390 * GroupPace.patienceMin))
  }

  @Test(
    "However slow the disk, no commit waits long for others; and for none where a sync costs nothing"
  )
  func bounds() throws {
    var slow = GroupPace()
    slow.noteSync(of: 6, queued: 6, nanoseconds: 60_000_000_000)
    #expect(try #require(slow.goal(queued: 6)).time == GroupPace.waitMax)
    var quick = GroupPace()
    quick.noteSync(of: 6, queued: 6, nanoseconds: 100)
    #expect(quick.goal(queued: 6) == nil)
  }

  /// A store whose log thread sleeps, and is taken to gather three records.
  private func gathering() async throws -> EmbeddedStore {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    try await store.wait { $0.log == .idle }
    store.pipeline.monitor.withLock { $0.log = .gathering(records: 3) }
    return store
  }

  @Test(
    "While the log's thread gathers, only the commit that completes the group wakes it; one sync serves all"
  )
  func gathered() async throws {
    let store = try await gathering()
    let before = store.metrics.log.syncs
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<2 { group.addTask { try await store.put(number, .disk) } }
      try await store.wait { $0.records.count == 2 }
      // Who wakes the thread says so under the lock under which the record was queued.
      #expect(store.pipeline.monitor.withLock { $0.log } == .gathering(records: 3))
      #expect(store.metrics.log.syncs == before)
      try await store.put(2, .disk)
      try await group.waitForAll()
    }
    #expect(store.metrics.log.syncs == before + 1)
    try await store.close()
  }

  @Test("A commit that wants no sync ends the gathering at once, and so does the end of the store")
  func interrupted() async throws {
    let store = try await gathering()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await store.put(0, .disk) }
      try await store.wait { $0.records.count == 1 }
      try await store.put(1, .operatingSystem)
      try await group.waitForAll()
    }
    try await store.wait { $0.log == .idle }
    store.pipeline.monitor.withLock { $0.log = .gathering(records: 3) }
    async let last: Void = store.put(2, .disk)
    try await store.wait { $0.records.count == 1 }
    try await store.close()
    try await last
  }
}
