// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("Ingestion")
struct IngestionTests {
  private static let column = Column(family: "data", qualifier: "q")

  private static func put(_ row: Bytes, _ value: Bytes, _ family: String = "data") -> Put {
    var put = Put(row)
    put.add(family: family, qualifier: "q", value: value)
    return put
  }

  private static func row(_ number: Int) -> Bytes {
    let digits = String(number)
    return Bytes(utf8: "r" + String(repeating: "0", count: 5 - digits.count) + digits)
  }

  /// A store with one table of three regions and two locality groups.
  private static func open(_ disk: InMemoryFileSystem) async throws -> EmbeddedStore {
    let store = try await TestStore.open(disk)
    try await store.createTable(
      TableSchema(
        name: "t",
        families: [
          ColumnFamily("data"), ColumnFamily("other", versionsMax: 3, localityGroup: "cold"),
        ], localityGroups: [LocalityGroup("default"), LocalityGroup("cold")]),
      splitAt: [row(300), row(600)])
    return store
  }

  private static func fill(
    _ store: EmbeddedStore, _ rows: Range<Int>, _ value: Bytes
  ) async throws
    -> IngestionReport
  {
    try await store.ingest(into: "t") { writer in
      for number in rows {
        var put = put(row(number), value)
        if number % 3 == 0 { put.add(family: "other", qualifier: "q", value: value) }
        try await writer.append(put)
      }
    }
  }

  @Test(
    "Ingested rows are all there, in every region and group, over what was committed before, and stay"
  )
  func visible() async throws {
    let disk = InMemoryFileSystem()
    let store = try await Self.open(disk)
    for number in stride(from: 0, to: 1000, by: 7) {
      try await store.put(Self.put(Self.row(number), "old"), in: "t", durability: .memory)
    }
    let before = try store.snapshot(.visible)
    let report = try await Self.fill(store, 0..<900, "new")
    #expect(report.rows == 900 && report.cells == 1200 && report.files == 6)
    let expected = (0..<1000).map { $0 < 900 ? Bytes("new") : $0 % 7 == 0 ? "old" : nil }
    func expectAll(_ store: EmbeddedStore, _ what: String) async throws {
      let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
      var found = [Bytes?](repeating: nil, count: 1000)
      for (number, row) in rows.map({ (Int($0.row.utf8String?.dropFirst() ?? "") ?? 0, $0) }) {
        found[number] = row.value(family: "data", qualifier: "q")
        let other = row.value(family: "other", qualifier: "q")
        #expect(other == (number < 900 && number % 3 == 0 ? "new" : nil), "\(what)")
      }
      #expect(found == expected, "\(what)")
    }
    try await expectAll(store, "at once")
    let old = try await TestStore.rows(store.scan(Scan(), in: "t", at: before))
    #expect(old.count == 143)
    #expect(old.allSatisfy { $0.value(family: "data", qualifier: "q") == "old" })
    // Power is cut at once: an ingestion is durable.
    var random = SplitMix64(seed: 3)
    let left = try await TestStore.open(disk.crash(keepingUnsynced: 0, using: &random))
    try await expectAll(left, "after a crash")
    try await left.close()
    try await store.flush()
    try await TestStore.settle(store)
    try await expectAll(store, "flushed and compacted")
    let report2 = try await store.verify(isDeep: true)
    #expect(report2.isSound, "\(report2.findings)")
    try await store.close()
  }

  @Test("A put, a delete and a condition after an ingestion meet its rows")
  func laterCommits() async throws {
    let store = try await Self.open(InMemoryFileSystem())
    let snapshot = try store.snapshot(.visible)
    _ = try await Self.fill(store, 0..<900, "new")
    // Found absent before: the row has been written since.
    var batch = AtomicBatch(
      operations: [
        BatchOperation(
          table: "t",
          operation: CheckAndMutate(
            [.absent(Self.column)], Self.put(Self.row(5), "mine").rowMutations))
      ])
    #expect(
      try await store.commit(batch, since: nil, durability: .disk)
        == .conditionFailed(operation: 0))
    batch = AtomicBatch(
      operations: [
        BatchOperation(
          table: "t", operation: CheckAndMutate([], Self.put("z", "mine").rowMutations))
      ])
    batch.unchangedRanges = [
      UnchangedRange(table: "t", rows: KeyRange(from: Self.row(100), to: Self.row(200)))
    ]
    guard case .rangeChanged = try await store.commit(batch, since: snapshot, durability: .disk)
    else {
      Issue.record("a range that was ingested into counts as unchanged")
      return
    }
    try await store.put(Self.put(Self.row(1), "later"), in: "t", durability: .disk)
    try await store.mutate(
      RowMutations(Self.row(2), [.deleteRow(upTo: nil)]), in: "t", durability: .disk)
    #expect(
      try await store.get(Get(Self.row(1)), in: "t")?.value(family: "data", qualifier: "q")
        == "later")
    #expect(try await store.get(Get(Self.row(2)), in: "t") == nil)
    // And an ingestion after a delete is seen, as a put would be.
    _ = try await Self.fill(store, 2..<3, "again")
    #expect(try await store.get(Get(Self.row(2)), in: "t") != nil)
    try await store.close()
  }

  @Test("What cannot be ingested is refused with the row, and nothing of it is in force")
  func refusals() async throws {
    let disk = InMemoryFileSystem()
    let store = try await Self.open(disk)
    let long = Bytes([UInt8](repeating: 65, count: 5000))
    var twice = Self.put("x", "1")
    twice.add(family: "data", qualifier: "q", value: "2")
    let cases: [(Put, StoreError.Code, String)] = [
      (Self.put(Self.row(1), "1"), .invalidArgument, "follows"),
      (Self.put("w", "1"), .invalidArgument, "twice"), (Put("x"), .invalidArgument, "no cells"),
      (twice, .invalidArgument, "twice"), (Self.put("x", "1", "none"), .noSuchFamily, "none"),
      (Self.put(long, "1"), .limitExceeded, "4096"), (Put(""), .invalidArgument, "no bytes"),
    ]
    for (put, code, text) in cases {
      let error = await errorOf {
        _ = try await store.ingest(into: "t") { writer in
          for number in 0..<900 { try await writer.append(Self.put(Self.row(number), "1")) }
          try await writer.append(Self.put("w", "1"))
          // Caught or not: it comes to nothing.
          do { try await writer.append(put) } catch {}
        }
      }
      #expect(
        error?.code == code && error?.message.contains(text) ?? false,
        "\(String(describing: error))")
    }
    #expect(await errorOf { _ = try await store.ingest(into: "u") { _ in } }?.code == .noSuchTable)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).isEmpty)
    #expect(try !disk.list("/store").contains { $0.hasSuffix(".sst") })
    #expect(try await store.ingest(into: "t") { _ in }.files == 0)
    let error = await errorOf {
      _ = try await store.ingest(into: "t") { _ in
        _ = try await store.ingest(into: "t") { _ in }
      }
    }
    #expect(error?.code == .unavailable)
    _ = try await Self.fill(store, 0..<10, "1")
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 10)
    try await store.close()
  }

  @Test("Regions that split and merge while rows are written get each its part of them")
  func regionsChange() async throws {
    let disk = InMemoryFileSystem()
    let store = try await Self.open(disk)
    _ = try await store.ingest(into: "t") { writer in
      for number in 0..<900 {
        try await writer.append(
          Self.put(Self.row(number), Bytes([UInt8](repeating: 1, count: 2000))))
        if number == 450 {
          try await store.split(table: "t", at: Self.row(100))
          try await store.split(table: "t", at: Self.row(450))
          let regions = try store.catalog.table("t").regions
          _ = try await store.mergeRegions(regions[1].id, regions[2].id)
          try await store.put(Self.put(Self.row(950), "1"), in: "t", durability: .memory)
        }
      }
    }
    for name in ["open", "compacted", "reopened"] {
      let rows = try await TestStore.rows(store.scan(Scan(), in: "t")).map(\.row)
      #expect(rows == (Array(0..<900) + [950]).map(Self.row), "\(name)")
      if name == "open" {
        try await store.flush()
        try await TestStore.settle(store)
      }
    }
    try await store.close()
    let report = try await EmbeddedStore.verify(
      at: "/store", isDeep: true, configuration: TestStore.configuration(disk))
    #expect(report.isSound, "\(report.findings)")
    let again = try await TestStore.open(disk)
    #expect(try await TestStore.rows(again.scan(Scan(), in: "t")).count == 901)
    try await again.close()
  }

  @Test("No commit whose condition an ingestion breaks takes its place behind it")
  func amidConditionalCommits() async throws {
    let store = try await Self.open(InMemoryFileSystem())
    let marker = Column(family: "data", qualifier: "marker")
    var marked = 0
    for round in 0..<15 {
      let rows = (0..<200).map { Self.row(round * 200 + $0) }
      for row in rows { try await store.put(Self.put(row, "open"), in: "t", durability: .memory) }
      let clients = Mutex<Task<Void, Never>?>(nil)
      _ = try await store.ingest(into: "t") { writer in
        for row in rows {
          var put = Put(row)
          put.add(
            family: "data", qualifier: "q", value: "shut",
            timestamp: Timestamp(microseconds: 1 << 60))
          try await writer.append(put)
        }
        // From here on they race with the entering.
        clients.withLock { $0 = Task { await Self.mark(rows, marker, in: store) } }
      }
      let then = try await Self.marked(store, rows)
      await clients.withLock { $0 }?.value
      #expect(try await Self.marked(store, rows) == then, "a row was marked that was shut")
      marked += then.count
    }
    print("amidConditionalCommits: \(marked) of 3000 rows marked before they were shut")
    try await store.close()
  }

  private static func mark(_ rows: [Bytes], _ marker: Column, in store: EmbeddedStore) async {
    await withTaskGroup(of: Void.self) { group in
      for client in 0..<6 {
        group.addTask {
          for row in rows.dropFirst(client * 30) + rows.prefix(client * 30) {
            let mark = CheckAndMutate(
              [.equals(Self.column, "open"), .absent(marker)],
              RowMutations(row, [.put(marker, timestamp: nil, value: "1")]))
            _ = try? await store.checkAndMutate(mark, in: "t", durability: .memory)
          }
        }
      }
    }
  }

  private static func marked(_ store: EmbeddedStore, _ rows: [Bytes]) async throws -> Set<Bytes> {
    let scan = Scan(KeyRange(from: rows[0], to: rows[rows.count - 1].successor))
    let found = try await TestStore.rows(store.scan(scan, in: "t"))
    return Set(
      found.filter { $0.value(family: "data", qualifier: "marker") != nil }.map(\.row))
  }
}
