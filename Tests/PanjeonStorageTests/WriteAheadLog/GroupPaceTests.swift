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

  @Test("All that have come are waited for, for a share of what a sync takes")
  func goal() throws {
    var pace = pace(after: 12, queued: 0)
    let goal = try #require(pace.goal(queued: 6))
    #expect(goal.records == 12)
    #expect(goal.time == .microseconds(200))
    pace.noteWait(for: goal, from: 6, to: 12, nanoseconds: 100_000)
    pace.noteSync(of: 12, queued: 4, nanoseconds: 400_000)
    #expect(try #require(pace.goal(queued: 4)).records == 16, "one more client joined its group")
  }

  @Test(
    "A group grows by one where as many come during a sync as between syncs; where fewer do, the processors are left enough to do"
  )
  func groupSize() throws {
    var pace = pace(after: 40, queued: 0)
    let goal = try #require(pace.goal(queued: 10))
    pace.noteWait(for: goal, from: 10, to: 40, nanoseconds: 1_200_000)
    pace.noteSync(of: 40, queued: 10, nanoseconds: 400_000)
    pace.noteSync(of: 40, queued: 10, nanoseconds: 400_000)
    pace.noteSync(of: 40, queued: 10, nanoseconds: 400_000)
    #expect(try #require(pace.goal(queued: 10)).records == 41)
    for _ in 0..<4 { pace.noteSync(of: 60, queued: 4, nanoseconds: 400_000) }
    #expect(try #require(pace.goal(queued: 4)).records == 64 - 12)
  }

  @Test("Who comes in vain is waited for half as long, who comes a little longer, between bounds")
  func patience() throws {
    var pace = pace(after: 12, queued: 0)
    let goal = try #require(pace.goal(queued: 6))
    func time() throws -> Duration { try #require(pace.goal(queued: 1)).time }
    pace.noteWait(for: goal, from: 6, to: 12, nanoseconds: 200_000)
    #expect(try time() > goal.time)
    for _ in 0..<100 { pace.noteWait(for: goal, from: 6, to: 12, nanoseconds: 200_000) }
    #expect(try time() <= .microseconds(400 * GroupPace.patienceMax))
    let longest = try time()
    func noteFew(_ after: Int) {
      pace.noteWait(for: goal, from: 6, to: after, nanoseconds: 200_000)
      pace.noteSync(of: 12, queued: 0, nanoseconds: 400_000)
    }
    noteFew(9)
    #expect(try time() == longest, "half of them came")
    noteFew(8)
    #expect(try time() < longest * 0.51)
    for _ in 0..<100 { noteFew(6) }
    #expect(try time() >= .microseconds(390 * GroupPace.patienceMin))
  }

  @Test(
    "However slow the disk, no commit waits long for others; and for none where a sync costs nothing"
  )
  func bounds() throws {
    var slow = GroupPace()
    slow.noteSync(of: 12, queued: 0, nanoseconds: 60_000_000_000)
    #expect(try #require(slow.goal(queued: 6)).time == GroupPace.waitMax)
    var quick = GroupPace()
    quick.noteSync(of: 12, queued: 0, nanoseconds: 100)
    #expect(quick.goal(queued: 6) == nil)
  }

  /// Counts over so long, after as long of getting used to one another.
  private func model(_ clients: Int, syncing: Int, for time: Int) -> PacedClients {
    var model = PacedClients(clients, computing: 80_000, syncing: syncing, seed: 1)
    model.run(nanoseconds: time)
    model.resetCounts()
    model.run(nanoseconds: time)
    return model
  }

  @Test(
    "Where a round of computing outlasts a sync, groups are large and the processors hardly idle",
    arguments: [(24, 12.0), (32, 14), (64, 24), (200, 30)])
  func computingOutlasts(clients: Int, recordsPerSync: Double) {
    let model = model(clients, syncing: 300_000, for: 400_000_000)
    #expect(model.rate(over: 400_000_000) > 0.94 * 25_000, "two cores compute 25,000")
    #expect(model.recordsPerSync > recordsPerSync)
    #expect(model.recordsPerSync < Double(clients) * 0.95)
  }

  @Test("Where a sync outlasts a round of computing, all clients gather", arguments: [2, 3, 8, 16])
  func syncOutlasts(clients: Int) {
    let model = model(clients, syncing: 2_000_000, for: 800_000_000)
    #expect(model.recordsPerSync > Double(clients) * 0.95)
    let round = 2_000_000.0 + Double((clients + 1) / 2) * 80_000
    #expect(model.rate(over: 800_000_000) > 0.94 * Double(clients) * 1e9 / round)
  }

  @Test("Where both take the same, neither way loses much", arguments: [8, 12])
  func equal(clients: Int) {
    let model = model(clients, syncing: 300_000, for: 400_000_000)
    let round = 300_000.0 + Double(clients / 2) * 80_000
    #expect(model.rate(over: 400_000_000) > 0.9 * Double(clients) * 1e9 / round)
  }

  @Test("When most clients leave, the one that stays does not wait for them")
  func clientsLeave() {
    var model = PacedClients(64, computing: 80_000, syncing: 300_000, seed: 1)
    model.run(nanoseconds: 100_000_000)
    model.leave(63)
    model.run(nanoseconds: 30_000_000)
    model.resetCounts()
    model.run(nanoseconds: 38_000_000)
    #expect(model.commits >= 90, "80 µs of computing and 300 of the disk each")
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
