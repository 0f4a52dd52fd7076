// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Scenarios that the article *Scenarios* lists, and that no other suite has.
@Suite("Scenarios")
struct ScenarioTests {
  private static func version(_ fixture: TransactionFixture, _ row: RowKey) async throws -> UInt64 {
    let header = try await fixture.store.get(Get(row), in: "t")?
      .value(family: "!lock!", qualifier: "header")
    return try #require(header.flatMap(LockHeader.init(decoding:))).version
  }

  /// A manager of the same store whose clock differs.
  private static func manager(
    _ fixture: TransactionFixture, clockAt microseconds: Int64
  ) -> TransactionManager<EmbeddedStore> {
    TransactionManager(
      store: fixture.store,
      timeSource: ManualTimeSource(startingAtMicroseconds: microseconds), seed: 77)
  }

  @Test(
    "32 to 34, 38: clocks of the future and of the past: versions grow, and what came last is seen")
  func clocks() async throws {
    let fixture = try await TransactionFixture()
    let present = fixture.clock.wallClockMicroseconds()
    let future = Self.manager(fixture, clockAt: present + 73 * 365 * 86_400_000_000)
    let past = Self.manager(fixture, clockAt: 1)
    var last: UInt64 = 0
    for (number, manager) in [future, past, fixture.manager, past, future, past].enumerated() {
      try await manager.withTransaction { transaction in
        if number > 0 {
          #expect(try await transaction.value("a") == (number % 3 == 0 ? nil : number - 1))
        }
        try transaction.set("a", number)
      }
      #expect(try await fixture.all()["a"] == number)
      let version = try await Self.version(fixture, "a")
      #expect(version > last)
      last = version
      guard number % 3 == 2 else { continue }
      try await past.withTransaction { try $0.delete(Delete("a"), in: "t") }
      #expect(try await fixture.all()["a"] == nil)
      last += 1
    }
    try await fixture.store.close()
  }

  @Test("44: two that write what the other reads, again and again: both end within bounds")
  func mutualConflicts() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 0, "s": 0])
    let rounds = 500
    let attemptsMax = 40
    try await withThrowingTaskGroup { group in
      for (own, other) in [("a", "s"), ("s", "a")] {
        group.addTask {
          for _ in 0..<rounds {
            try await fixture.manager.withTransaction(
              TransactionOptions(durability: .memory, attemptsMax: attemptsMax)
            ) { transaction in
              let seen = try await transaction.value(other)!
              await Task.yield()
              let mine = try await transaction.value(own)!
              try transaction.set(own, max(mine, seen) + 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let values = try await fixture.all()
    // Each transaction saw the other's last value: together they counted.
    #expect(values.values.max() == 2 * rounds)
    try await fixture.store.close()
  }

  @Test(
    "46: cancelled at any call, a transaction is made whole or not at all, and what it says is so")
  func cancellation() async throws {
    let fixture = try await TransactionFixture()
    let store = FaultyStore(fixture.store)
    let manager = TransactionManager(store: store, timeSource: fixture.clock, seed: 3)
    var place = 0
    var ends: [Bool: Int] = [:]
    while true {
      place += 1
      try await fixture.set(["a": 1, "s": 1, "z": 0])
      let number = place
      store.before { call in
        if call == number { withUnsafeCurrentTask { $0?.cancel() } }
      }
      let task = Task {
        try await manager.withTransaction { transaction in
          let value = try await transaction.value("a")!
          try transaction.set("a", value + 1)
          try transaction.set("s", value + 1)
          try transaction.set("z", 1)
        }
      }
      var isDone = true
      do {
        try await task.value
      } catch {
        #expect(error is CancellationError, "\(error)")
        isDone = false
      }
      let expected = isDone ? ["a": 2, "s": 2, "z": 1] : ["a": 1, "s": 1, "z": 0]
      #expect(try await fixture.all() == expected, "cancelled at call \(number)")
      ends[isDone, default: 0] += 1
      if store.calls < number { break }
    }
    // A commit is never torn by it; here no attempt conflicts, so that none is given up.
    #expect(ends[true] == place)
    #expect(place > 5)
    try await fixture.store.close()
  }

  @Test(
    "61: after an error of a read that the body catches, the transaction may go on, and depends on what it did read"
  )
  func caughtError() async throws {
    let fixture = try await TransactionFixture()
    let store = FaultyStore(fixture.store)
    let manager = TransactionManager(store: store, timeSource: fixture.clock, seed: 3)
    for failing in 1...3 {
      for isDisturbed in [false, true] {
        try await fixture.set(["a": 1, "k": 2, "z": 3])
        let isOver = Mutex(false)
        let committed: Bool
        do {
          try await manager.withTransaction(TransactionFixture.once) { transaction in
            var sum = 0
            var reads = 0
            for row in ["a", "k", "z"] {
              reads += 1
              let fails = reads == failing
              store.before { call throws(StoreError) in
                if fails, call == 1 { throw StoreError(.io, "planted") }
              }
              do {
                sum += try await transaction.value(row) ?? 0
              } catch let error as StoreError where error.code == .io {
                isOver.withLock { $0 = true }
              }
            }
            store.before(nil)
            if isDisturbed { try await fixture.set(["k": 20]) }
            try transaction.set("sum", sum)
          }
          committed = true
        } catch let error as TransactionError where error.code == .retriesExhausted {
          committed = false
        }
        #expect(isOver.withLock { $0 })
        // The row whose read failed is none that it depends on.
        #expect(committed == (!isDisturbed || failing == 2))
        try await fixture.manager.withTransaction { try $0.delete(Delete("sum"), in: "t") }
      }
    }
    try await fixture.store.close()
  }

  @Test(
    "30, 56, 57: counts by reading are exact in one group of commits, with splits, merges, flushes and compactions"
  )
  func groupsAndSplits() async throws {
    let fixture = try await TransactionFixture()
    let rows = (0..<8).map { "row \($0)" }
    try await fixture.set(Dictionary(uniqueKeysWithValues: rows.map { ($0, 0) }))
    let isDone = Mutex(false)
    async let reshaping: Void = {
      var random = SplitMix64(seed: TestSeed.value)
      while !isDone.withLock({ $0 }) {
        let row = Bytes(utf8: rows[random.below(rows.count)])
        do {
          switch random.below(4) {
          case 0: try await fixture.store.split(table: "t", at: row)
          case 1:
            let regions = try fixture.store.catalog.table("t").regions
            if regions.count > 1 {
              let first = random.below(regions.count - 1)
              _ = try await fixture.store.mergeRegions(regions[first].id, regions[first + 1].id)
            }
          case 2: try await fixture.store.flush()
          default: try await fixture.store.compact(table: "t")
          }
        } catch let error as StoreError where error.code == .invalidArgument {
          // The region is split there already, or has changed meanwhile.
        }
        await Task.yield()
      }
    }()
    try await withThrowingTaskGroup { group in
      for task in 0..<16 {
        group.addTask {
          var random = SplitMix64(seed: UInt64(task))
          for _ in 0..<60 {
            let from = rows[random.below(rows.count)]
            let to = rows[random.below(rows.count)]
            if from == to { continue }
            try await fixture.manager.withTransaction(
              TransactionOptions(durability: .operatingSystem)
            ) { transaction in
              try transaction.set(from, try await transaction.value(from)! - 1)
              try transaction.set(to, try await transaction.value(to)! + 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    isDone.withLock { $0 = true }
    try await reshaping
    let values = try await fixture.all()
    #expect(values.values.reduce(0, +) == 0)
    #expect(values.values.contains { $0 != 0 })
    try await fixture.store.close()
  }

  @Test(
    "58: a snapshot that lives on sees what it saw, whatever is committed, flushed and compacted after it"
  )
  func oldSnapshot() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1, "k": 2, "z": 3])
    let open = fixture.store.metrics.snapshots.open
    do {
      let snapshot = try fixture.manager.snapshot()
      for round in 0..<5 {
        try await fixture.set(["a": round * 10, "n": round])
        try await fixture.manager.withTransaction { try $0.delete(Delete("k"), in: "t") }
        try await fixture.store.flush()
        try await fixture.store.compact(table: "t")
        var cursor = try await snapshot.scan(Scan(), in: "t")
        var values: [String: Int] = [:]
        while let row = try await cursor.next() {
          values[row.row.utf8String ?? "?"] = TransactionFixture.value(row)
        }
        #expect(values == ["a": 1, "k": 2, "z": 3])
      }
      #expect(fixture.store.metrics.snapshots.open == open + 1)
    }
    #expect(fixture.store.metrics.snapshots.open == open)
    try await fixture.store.close()
  }
}
