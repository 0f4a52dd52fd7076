// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("Ghost rows")
struct GhostRowTests {
  private func delete(_ row: RowKey, _ fixture: TransactionFixture) async throws {
    try await fixture.manager.withTransaction { transaction in
      try transaction.delete(Delete(row), in: "t")
    }
  }

  private func rawRows(_ fixture: TransactionFixture) async throws -> [RowKey] {
    var cursor = try await fixture.store.scan(Scan(), in: "t")
    var rows: [RowKey] = []
    while let row = try await cursor.next() { rows.append(row.row) }
    return rows
  }

  @Test("What was deleted long enough ago goes, and nothing else")
  func collects() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1, "c": 2, "m": 3, "s": 4])
    try await delete("a", fixture)
    try await delete("m", fixture)
    fixture.clock.advance(by: .seconds(3000))
    try await delete("s", fixture)
    let early = try await fixture.manager.collectGhostRows(in: "t")
    #expect((early.rowsScanned, early.rowsCollected, early.rowsTooYoung) == (4, 0, 3))
    fixture.clock.advance(by: .seconds(1000))
    let done = try await fixture.manager.collectGhostRows(in: "t", olderThan: .seconds(3600))
    #expect((done.rowsScanned, done.rowsCollected, done.rowsTooYoung) == (4, 2, 1))
    #expect(done.next == nil)
    #expect(try await rawRows(fixture) == ["c", "s"])
    #expect(try await fixture.all() == ["c": 2])
    // A row that comes again is like any other.
    try await fixture.set(["a": 5])
    #expect(try await fixture.all() == ["a": 5, "c": 2])
    try await fixture.store.close()
  }

  @Test("It goes by ranges")
  func ranges() async throws {
    let fixture = try await TransactionFixture()
    for row in ["a", "b", "c", "d", "e"] {
      try await fixture.set([row: 1])
      try await delete(Bytes(utf8: row), fixture)
    }
    fixture.clock.advance(by: .seconds(100_000))
    var rows = KeyRange.all
    var trips = 0
    while true {
      let done = try await fixture.manager.collectGhostRows(in: "t", rows: rows, rowsMax: 2)
      #expect(done.rowsCollected == done.rowsScanned)
      trips += 1
      guard let next = done.next else { break }
      rows.start = next
    }
    #expect(trips == 3)
    #expect(try await rawRows(fixture) == [])
    try await fixture.store.close()
  }

  @Test("It goes on by itself, table after table, until it is cancelled or the store is closed")
  func keepsCollecting() async throws {
    for isCancelled in [true, false] {
      let fixture = try await TransactionFixture()
      let (passes, continuation) = AsyncStream.makeStream(of: GhostRowCollection.self)
      let manager = fixture.manager
      let task = Task {
        try await manager.keepCollectingGhostRows(
          in: ["gone", "t"], every: .seconds(100), olderThan: .seconds(1), rowsPerPiece: 2
        ) { table, done in
          #expect(table == "t")
          continuation.yield(done)
        }
      }
      var collected = 0
      for round in 0..<3 {
        let rows = ["a", "b", "c", "d", "e"].map { "\($0)\(round)" }
        try await fixture.set(Dictionary(uniqueKeysWithValues: rows.map { ($0, 1) }))
        for row in rows { try await delete(Bytes(utf8: row), fixture) }
        for await done in passes {
          collected += done.rowsCollected
          if collected == 5 * (round + 1) { break }
        }
      }
      #expect(try await rawRows(fixture) == [])
      if isCancelled { task.cancel() } else { try await fixture.store.close() }
      try await task.value
      try await fixture.store.close()
    }
  }

  @Test("39: a client that had read the row before it was collected meets a conflict")
  func stalledReader() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1])
    await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        let value = try await transaction.value("a")
        try await delete("a", fixture)
        fixture.clock.advance(by: .seconds(100_000))
        let done = try await fixture.manager.collectGhostRows(in: "t")
        #expect(done.rowsCollected == 1)
        try transaction.set("a", (value ?? 0) + 1)
      }
    }
    #expect(try await fixture.all() == [:])
    try await fixture.store.close()
  }

  @Test(
    "39: a client that had found the row absent, or scanned its range, sees what it says on the page"
  )
  func stalledAbsence() async throws {
    let fixture = try await TransactionFixture()
    func comesAndGoes() async throws {
      try await fixture.set(["a": 7])
      try await delete("a", fixture)
      fixture.clock.advance(by: .seconds(100_000))
      #expect(try await fixture.manager.collectGhostRows(in: "t").rowsCollected == 1)
    }
    try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
      #expect(try await transaction.value("a") == nil)
      try await comesAndGoes()
      try transaction.set("a", 1)
    }
    #expect(try await fixture.all() == ["a": 1])
    try await delete("a", fixture)
    fixture.clock.advance(by: .seconds(100_000))
    _ = try await fixture.manager.collectGhostRows(in: "t")
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        _ = try await transaction.scanValues()
        try await comesAndGoes()
        try transaction.set("b", 1)
      }
    }
    #expect(error?.row?.row == "a" || error?.cause != nil)
    try await fixture.store.close()
  }

  @Test("Collections beside transactions change nothing that these see")
  func beside() async throws {
    let fixture = try await TransactionFixture()
    try await withThrowingTaskGroup { group in
      for worker in 0..<3 {
        group.addTask {
          for number in 0..<60 {
            let row = "r\((number + worker) % 5)"
            try await fixture.manager.withTransaction { transaction in
              let value = try await transaction.value(row)
              if value == nil {
                try transaction.set(row, 1)
              } else {
                try transaction.delete(Delete(Bytes(utf8: row)), in: "t")
              }
              let count = try await transaction.value("count") ?? 0
              try transaction.set("count", count + (value == nil ? 1 : -1))
            }
          }
        }
      }
      group.addTask {
        for _ in 0..<40 {
          fixture.clock.advance(by: .milliseconds(1))
          _ = try await fixture.manager.collectGhostRows(in: "t", olderThan: .zero)
        }
      }
      try await group.waitForAll()
    }
    let rows = try await fixture.all()
    #expect(rows["count"] == rows.count - 1)
    try await fixture.store.close()
  }

  @Test("A table without locks has no ghost rows")
  func withoutLocks() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.store.createTable(
      TableSchema(name: "plain", families: [ColumnFamily("data")]))
    let error = await #expect(throws: StoreError.self) {
      try await fixture.manager.collectGhostRows(in: "plain")
    }
    #expect(error?.code == .noSuchFamily)
    try await fixture.store.close()
  }
}
