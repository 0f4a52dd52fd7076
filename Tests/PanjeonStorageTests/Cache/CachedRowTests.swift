// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Rows that the row cache holds, while the store changes.
@Suite("Rows in the row cache", .timeLimit(.minutes(15)))
struct CachedRowTests {
  private static let column = Column(family: "data", qualifier: "q")

  private func write(_ value: Bytes, row: Int = 1, _ store: EmbeddedStore) async throws {
    try await store.mutate(
      RowMutations(TestStore.row(row), [.put(Self.column, timestamp: nil, value: value)]), in: "t")
  }

  private func value(
    _ store: EmbeddedStore, _ row: Int = 1, at snapshot: StoreSnapshot? = nil
  ) async throws -> Bytes? {
    let get = Get(TestStore.row(row))
    let found =
      if let snapshot { try await store.get(get, in: "t", at: snapshot) } else {
        try await store.get(get, in: "t")
      }
    return found?.value(family: "data", qualifier: "q")
  }

  /// Opens a store in which a row is cached.
  private func opened(
    _ disk: InMemoryFileSystem = InMemoryFileSystem(), schema: TableSchema = TestStore.schema
  ) async throws -> EmbeddedStore {
    let store = try await TestStore.open(disk)
    try await store.createTable(schema)
    try await write("old", store)
    try await read(store, expecting: "old")
    let before = store.metrics.rowCache.hits
    #expect(try await value(store) == "old")
    #expect(store.metrics.rowCache.hits == before + 1)
    return store
  }

  /// Reads until the row is cached.
  private func read(_ store: EmbeddedStore, expecting expected: Bytes?) async throws {
    for _ in 1...3 { #expect(try await value(store) == expected) }
  }

  @Test("A write is seen, also in another column; a snapshot from before it sees the row as it was")
  func written() async throws {
    let store = try await opened()
    let before = try store.snapshot(.visible)
    try await write("new", store)
    #expect(try await value(store, at: before) == "old")
    try await read(store, expecting: "new")
    #expect(try await value(store, at: before) == "old")
    try await store.mutate(
      RowMutations(
        TestStore.row(1),
        [.put(Column(family: "other", qualifier: "r"), timestamp: nil, value: "x")]), in: "t")
    let row = try #require(try await store.get(Get(TestStore.row(1)), in: "t"))
    #expect(row.count == 2)
    try await store.mutate(RowMutations(TestStore.row(1), [.deleteRow(upTo: nil)]), in: "t")
    try await read(store, expecting: nil)
    try await store.close()
  }

  @Test("What a read in progress has found before a write is not kept")
  func stalled() async throws {
    let store = try await opened()
    let before = try store.snapshot(.visible)
    try await write("new", store)
    // Reads at the snapshot are wanted by now, and would be put in behind the write.
    for _ in 1...3 { #expect(try await value(store, at: before) == "old") }
    #expect(try await value(store) == "new")
    try await store.close()
  }

  @Test("A read whose view lacks the memtable of a later write does not put in what it has found")
  func exchanged() async throws {
    let store = try await opened()
    let table = try store.catalog.table("t")
    let plan = try ReadPlan(columns: .all, versionsMax: 1, cellsMax: nil, layout: table.layout)
    let rowCache = try #require(store.rowCache)
    // So that it is not found there, and wanted.
    try await write("old", store)
    for _ in 1...2 {
      let calls = AtomicNumber(0)
      _ = try await store.executor.run { () throws(StoreError) in
        try RowLookup.read(
          plan, row: TestStore.row(1), in: table,
          at: {
            // The second time the view has been taken.
            if calls.next() == 1 {
              Blocking.wait {
                try await store.flush()
                try await write("new", store)
              }
            }
            return ReadMoment(
              sequence: store.pipeline.visible.value, time: .now(store.snapshots.clock))
          }, mode: .mayBlock, rowCache)
      }
      #expect(try await value(store) == "new")
      try await write("old", store)
    }
    try await store.close()
  }

  @Test(
    "What an older snapshot reads is not kept for the region that the row has come to since it was written"
  )
  func moved() async throws {
    let store = try await opened()
    let before = try store.snapshot(.visible)
    try await write("new", store)
    try await store.split(table: "t", at: TestStore.row(1))
    for _ in 1...4 { #expect(try await value(store, at: before) == "old") }
    #expect(try await value(store) == "new")
    try await store.close()
  }

  @Test("What is ingested, removed by range, split and merged is seen")
  func regions() async throws {
    let store = try await opened()
    _ = try await store.ingest(into: "t") { writer in
      var put = Put(TestStore.row(1))
      put.add(family: "data", qualifier: "q", value: "ingested")
      try await writer.append(put)
    }
    try await read(store, expecting: "ingested")
    try await store.split(table: "t", at: TestStore.row(1))
    try await read(store, expecting: "ingested")
    try await write("split", store)
    try await read(store, expecting: "split")
    let regions = try store.catalog.table("t").regions
    _ = try await store.mergeRegions(regions[0].id, regions[1].id)
    try await read(store, expecting: "split")
    try await write("merged", store)
    try await read(store, expecting: "merged")
    let before = try store.snapshot(.visible)
    try await store.deleteRows(in: KeyRange(from: TestStore.row(1), to: nil), of: "t")
    try await read(store, expecting: nil)
    #expect(try await value(store, at: before) == "merged")
    try await store.close()
  }

  @Test("A value that expires is gone when its time has come")
  func expiring() async throws {
    let clock = HeldClock()
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.timeSource = clock
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await store.mutate(
      RowMutations(
        TestStore.row(1),
        [.put(Self.column, timestamp: nil, value: "v", timeToLive: .seconds(10))]), in: "t")
    try await read(store, expecting: "v")
    clock.base.advance(by: .seconds(11))
    #expect(try await value(store) == nil)
    try await store.close()
  }

  @Test("Without a row cache nothing is kept")
  func none() async throws {
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.rowCacheBytesMax = 0
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    try await write("v", store)
    for _ in 1...5 { #expect(try await value(store) == "v") }
    #expect(store.metrics.rowCache == Metrics.Cache())
    try await store.close()
  }

  @Test(
    "Beside writers nobody reads what was overwritten before the read began, or less than before")
  func beside() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    let rows = 3
    let acknowledged = (0..<rows).map { _ in AtomicNumber(0) }
    for row in 0..<rows { try await write("0", row: row, store) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for row in 0..<rows {
        group.addTask {
          for count in 1...2000 {
            try await write(Bytes(utf8: "\(count)"), row: row, store)
            acknowledged[row].store(UInt64(count))
          }
        }
      }
      for reader in 0..<3 {
        group.addTask {
          var random = SplitMix64(seed: TestSeed.value &+ UInt64(reader))
          var seen = [UInt64](repeating: 0, count: rows)
          while acknowledged.contains(where: { $0.value < 2000 }) {
            let row = random.below(rows)
            let floor = max(seen[row], acknowledged[row].value)
            let text = try await value(store, row)?.utf8String ?? ""
            let number = try #require(UInt64(text))
            #expect(number >= floor)
            seen[row] = max(seen[row], number)
            // Reads of what is in memory do not suspend: the writers would not get a thread.
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(store.metrics.rowCache.hits > 0)
    try await store.close()
  }
}
