// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Scenario 62 of the protocol page: tables that joined late, and writes that are not transactions.
@Suite("Tables that come to take part in transactions")
struct JoiningTests {
  private static let plain = TableSchema(
    name: "plain", families: [ColumnFamily("data", versionsMax: 2), ColumnFamily("more")])

  private static func put(_ row: RowKey, _ value: Bytes, timestamp: Timestamp? = nil) -> Put {
    var put = Put(row)
    put.add(family: "data", qualifier: "v", value: value, timestamp: timestamp)
    return put
  }

  private func fixture() async throws -> TransactionFixture {
    let fixture = try await TransactionFixture()
    try await fixture.store.createTable(Self.plain)
    return fixture
  }

  private func value(_ fixture: TransactionFixture, _ row: RowKey) async throws -> Bytes? {
    let read = try await fixture.manager.withSnapshot { try await $0.get(Get(row), in: "plain") }
    return read?.value(family: "data", qualifier: "v")
  }

  @Test(
    "A table without locks is refused by name before anything is written; joined, it holds what it held"
  )
  func join() async throws {
    let fixture = try await fixture()
    try await fixture.store.put(Self.put("a", "old"), in: "plain")
    var columns = ColumnSelection()
    columns.add(family: "data")
    for selection in [ColumnSelection.all, columns] {
      let error = await #expect(throws: TransactionError.self) {
        try await fixture.manager.withTransaction { transaction in
          _ = try await transaction.get(Get("a", columns: selection), in: "plain")
          try transaction.set("beside", 1)
          try transaction.put(Self.put("a", "new"), in: "plain")
        }
      }
      #expect(error?.code == .misuse)
      #expect(error?.message.contains("'plain'") == true)
      #expect(error?.message.contains("enableTransactions") == true)
    }
    #expect(try await fixture.all() == [:])
    #expect(try await fixture.manager.enableTransactions(in: "plain"))
    #expect(try await fixture.manager.enableTransactions(in: "plain") == false)
    try await fixture.manager.withTransaction { transaction in
      let old = try await transaction.get(Get("a"), in: "plain")
      #expect(old?.value(family: "data", qualifier: "v") == "old")
      try transaction.put(Self.put("a", "new"), in: "plain")
      try transaction.put(Self.put("b", "first"), in: "plain")
    }
    #expect(try await value(fixture, "a") == "new")
    #expect(try await value(fixture, "b") == "first")
    await #expect(throws: StoreError.self) {
      _ = try await fixture.manager.enableTransactions(in: "nowhere")
    }
    try await fixture.store.close()
  }

  @Test(
    "What a transaction puts is above what was there, whatever timestamps that bore",
    arguments: [false, true])
  func future(isRead: Bool) async throws {
    let fixture = try await fixture()
    let far = Timestamp(microseconds: .max - 10)
    try await fixture.store.put(Self.put("a", "old", timestamp: far), in: "plain")
    try await fixture.store.put(Self.put("b", "old", timestamp: .max), in: "plain")
    try await fixture.manager.enableTransactions(in: "plain")
    for value in ["1", "2"] {
      try await fixture.manager.withTransaction { transaction in
        if isRead {
          var columns = ColumnSelection()
          columns.add(family: "more")
          _ = try await transaction.get(Get("a", columns: columns), in: "plain")
        }
        try transaction.put(Self.put("a", Bytes(utf8: value)), in: "plain")
      }
      #expect(try await self.value(fixture, "a") == Bytes(utf8: value))
    }
    let error = await #expect(throws: StoreError.self) {
      try await fixture.manager.withTransaction { transaction in
        try transaction.put(Self.put("b", "new"), in: "plain")
      }
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("greatest") == true)
    #expect(try await value(fixture, "b") == "old")
    try await fixture.store.close()
  }

  @Test("62: of two first transactions on a row that holds data, one comes after the other")
  func firstWriters() async throws {
    let fixture = try await fixture()
    try await fixture.store.put(Self.put("a", Int64(5).counterValue), in: "plain")
    try await fixture.manager.enableTransactions(in: "plain")
    try await withThrowingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          try await fixture.manager.withTransaction { transaction in
            let row = try await transaction.get(Get("a"), in: "plain")
            let value = row?.value(family: "data", qualifier: "v")
            let number = value.flatMap(Int64.init(counterValue:)) ?? 0
            try transaction.put(Self.put("a", (number + 1).counterValue), in: "plain")
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await value(fixture, "a") == Int64(13).counterValue)
    try await fixture.store.close()
  }

  @Test("A transaction that began before the table joined begins anew")
  func underWay() async throws {
    let fixture = try await fixture()
    try await fixture.store.put(Self.put("a", "1"), in: "plain")
    var seen: [Bytes?] = []
    try await fixture.manager.withTransaction { transaction in
      let row = try await transaction.get(Get("a"), in: "plain")
      seen.append(row?.value(family: "data", qualifier: "v"))
      if seen.count == 1 {
        // It leaves no header, so that nothing else would tell.
        try await fixture.store.put(Self.put("a", "2"), in: "plain")
        try await fixture.manager.enableTransactions(in: "plain")
      }
      try transaction.put(Self.put("a", "3"), in: "plain")
    }
    #expect(seen == ["1", "2"])
    #expect(try await value(fixture, "a") == "3")
    try await fixture.store.close()
  }

  @Test("A plain write that was prepared before its table joined does not enter")
  func prepared() async throws {
    let fixture = try await fixture()
    let store = fixture.store
    let operation = CheckAndMutate([], Self.put("a", "1").rowMutations)
    let batch = AtomicBatch(operations: [BatchOperation(table: "plain", operation: operation)])
    let validator = try BatchValidator(
      batch, catalog: store.catalog, limits: store.limits, since: nil)
    var early = try validator.prepare()
    var late = try validator.prepare()
    guard case .committed = await store.pipeline.enter(&early, validator.checks, .memory) else {
      Issue.record("a write before the joining was refused")
      return
    }
    try await fixture.manager.enableTransactions(in: "plain")
    guard case .regionsChanged = await store.pipeline.enter(&late, validator.checks, .memory) else {
      Issue.record("a write behind the joining was taken")
      return
    }
    try await store.close()
  }

  @Test(
    "Plain writers beside the joining lose nothing that was acknowledged, and are refused from then on"
  )
  func race() async throws {
    for seed in 0..<8 as Range<UInt64> {
      let fixture = try await fixture()
      let acknowledged = try await withThrowingTaskGroup { group in
        for task in 0..<2 {
          group.addTask { () -> Int in
            var count = 0
            while true {
              var increment = Increment("r\(task % 2)".rowKey)
              increment.add(family: "data", qualifier: "v")
              do throws(StoreError) {
                _ = try await fixture.store.increment(increment, in: "plain", durability: .memory)
                count += 1
                await Task.yield()
              } catch {
                #expect(error.code == .invalidArgument, "\(error)")
                return count
              }
            }
          }
        }
        group.addTask { () -> Int in
          var random = SplitMix64(seed: seed)
          for _ in 0..<random.below(200) { await Task.yield() }
          try await fixture.manager.enableTransactions(in: "plain")
          for row in ["r0", "r1"] {
            try await fixture.manager.withTransaction { transaction in
              let key = row.rowKey
              let read = try await transaction.get(Get(key), in: "plain")
              let value = read?.value(family: "data", qualifier: "v")
              let number = value.flatMap(Int64.init(counterValue:)) ?? 0
              try transaction.put(Self.put(key, (number + 1).counterValue), in: "plain")
            }
          }
          return 2
        }
        return try await group.reduce(0, +)
      }
      var sum: Int64 = 0
      for row in ["r0", "r1"] {
        sum += try await value(fixture, row.rowKey).flatMap(Int64.init(counterValue:)) ?? 0
      }
      #expect(sum == Int64(acknowledged))
      try await fixture.store.close()
    }
  }
}

extension String {
  fileprivate var rowKey: RowKey { Bytes(utf8: self) }
}
