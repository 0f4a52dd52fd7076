// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Wide rows")
struct WideRowTests {
  private static let columns = 20_000 * TestSeed.effort

  private static func qualifier(_ number: Int) -> Bytes {
    Bytes(utf8: "q" + String(1_000_000 + number))
  }

  private func fill(_ store: EmbeddedStore) async throws {
    for start in stride(from: 0, to: Self.columns, by: 500) {
      var put = Put("wide")
      for number in start..<(start + 500) {
        put.add(family: "data", qualifier: Self.qualifier(number), value: Bytes(utf8: "\(number)"))
      }
      try await store.put(put, in: "t", durability: .memory)
    }
  }

  @Test("A row of many columns is read by pages and in pieces, and deleted at once")
  func pages() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    for row in ["a", "z"] as [RowKey] {
      var put = Put(row)
      put.add(family: "data", qualifier: "q", value: "narrow")
      try await store.put(put, in: "t")
    }
    try await fill(store)
    try await store.flush()
    var start: Column?
    var count = 0
    while true {
      let get = Get("wide", cellsMax: 777, startingAt: start)
      guard let page = try await store.get(get, in: "t"), let last = page.last else { break }
      #expect(page.count <= 777)
      #expect(page[0].column.qualifier == Self.qualifier(count))
      count += page.count
      #expect(page.mayHaveMoreCells == (page.count == 777))
      start = Column(family: "data", qualifier: last.column.qualifier.successor)
    }
    #expect(count == Self.columns)
    for isReversed in [false, true] {
      let scan = Scan(cellsPerBatchMax: 1000, isReversed: isReversed)
      let pieces = try await TestStore.rows(store.scan(scan, in: "t"))
      #expect(pieces.count == 2 + Self.columns / 1000)
      let wide = pieces.filter { $0.row == "wide" }.flatMap { Array($0) }
      #expect(wide.map(\.column.qualifier) == (0..<Self.columns).map(Self.qualifier))
    }
    try await store.delete(Delete("wide"), in: "t")
    #expect(try await store.get(Get("wide", cellsMax: 1), in: "t") == nil)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).map(\.row) == ["a", "z"])
    try await store.close()
  }

  @Test("Many deleted rows are passed over, and what is behind them is found")
  func deletedRows() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    for number in 0..<5000 {
      let row = Bytes(utf8: "r\(100_000 + number)")
      var put = Put(row)
      put.add(family: "data", qualifier: "q", value: "v")
      try await store.put(put, in: "t", durability: .memory)
      if number != 4999 { try await store.delete(Delete(row), in: "t", durability: .memory) }
    }
    for isReversed in [false, true] {
      let rows = try await TestStore.rows(store.scan(Scan(isReversed: isReversed), in: "t"))
      #expect(rows.map(\.row) == ["r104999"])
    }
    try await store.close()
  }

  @Test("Many deleted columns are not passed over on a thread that must not wait")
  func deletedColumns() async throws {
    // All stays in memory: a compaction would take the deletes away.
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.memoryBudgetBytes = 64 << 20
    configuration.memtableBytesMax = 16 << 20
    configuration.logRetentionBytesMax = 64 << 20
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    let count = RowReader.cellsPassedMax
    for start in stride(from: 0, to: count, by: 1024) {
      var mutations: [Mutation] = []
      for number in start..<(start + 1024) {
        let column = Column(family: "data", qualifier: Self.qualifier(number))
        mutations.append(.deleteColumn(column, upTo: nil))
      }
      try await store.mutate(RowMutations("wide", mutations), in: "t", durability: .memory)
    }
    var put = Put("wide")
    put.add(family: "data", qualifier: "z", value: "last")
    try await store.put(put, in: "t", durability: .memory)
    func readAtOnce(_ get: Get) throws -> RowResult? {
      let table = try store.catalog.table("t")
      let moment = ReadMoment(try store.snapshot(.visible))
      return try RowLookup.read(
        try ReadPlan(get, layout: table.layout), row: get.row, in: table,
        at: { () throws(StoreError) in moment }, mode: .cacheOnly)
    }
    #expect(try readAtOnce(Get("wide"))?.count == 1)
    let one = Column(family: "data", qualifier: Self.qualifier(count))
    try await store.mutate(
      RowMutations("wide", [.deleteColumn(one, upTo: nil)]), in: "t", durability: .memory)
    let error = #expect(throws: StoreError.self) { try readAtOnce(Get("wide")) }
    #expect(error?.code == .wouldBlock)
    #expect(try await store.get(Get("wide"), in: "t")?.count == 1)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 1)
    try await store.close()
  }

  @Test("A family that is deleted again and again is one delete to a reader, and hides the same")
  func familyDeletes() {
    var random = SplitMix64(seed: 8)
    for _ in 0..<300 {
      var markers: [(timestamp: Int64, sequence: UInt64, kind: CellKind)] = []
      for sequence in 1...20 {
        markers.append(
          (
            Int64(random.below(12)), UInt64(sequence),
            random.chance(0.6) ? .deleteFamily : .deleteFamilyVersion
          ))
      }
      markers.sort { ($0.timestamp, $0.sequence) > ($1.timestamp, $1.sequence) }
      var all = FamilyDeletes()
      var effective = FamilyDeletes()
      for marker in markers {
        all.append(
          timestamp: marker.timestamp, sequence: marker.sequence, kind: marker.kind.rawValue)
        effective.appendIfEffective(
          timestamp: marker.timestamp, sequence: marker.sequence, kind: marker.kind.rawValue)
      }
      for timestamp in Int64(0)..<13 {
        let sequence = UInt64(random.below(21))
        var hiddenBelow: UInt64 = 0
        var versionDelete: UInt64 = 0
        for marker in markers {
          if marker.kind == .deleteFamily, marker.timestamp >= timestamp {
            hiddenBelow = max(hiddenBelow, marker.sequence)
          } else if marker.kind == .deleteFamilyVersion, marker.timestamp == timestamp,
            marker.sequence > sequence, versionDelete == 0 || marker.sequence < versionDelete
          {
            versionDelete = marker.sequence
          }
        }
        for deletes in [all, effective] {
          let effect = deletes.effect(onTimestamp: timestamp, sequence: sequence)
          #expect(effect.hiddenBelow == hiddenBelow && effect.versionDelete == versionDelete)
        }
      }
    }
  }

  @Test("Filters and limits that make no sense are refused")
  func refusals() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    let deep = (0..<40).reduce(Filter.value(.prefix("x"))) { filter, _ in .not(filter) }
    let many = Filter.any((0..<1001).map { .value(.prefix(Bytes(utf8: "\($0)"))) })
    let scans: [(Scan, StoreError.Code)] = [
      (Scan(rowsMax: -1), .invalidArgument), (Scan(cellsMax: -1), .invalidArgument),
      (Scan(cellsPerRowMax: -1), .invalidArgument), (Scan(cellsPerBatchMax: 0), .invalidArgument),
      (Scan(versionsMax: 0), .invalidArgument), (Scan(filter: deep), .limitExceeded),
      (Scan(filter: many), .limitExceeded),
      (Scan(filter: .column(Column(family: "no", qualifier: ""), .prefix(""))), .noSuchFamily),
    ]
    for (scan, code) in scans {
      let error = await #expect(throws: StoreError.self) { try await store.scan(scan, in: "t") }
      #expect(error?.code == code)
    }
    let get = Get("r", startingAt: Column(family: "no", qualifier: ""))
    let error = await #expect(throws: StoreError.self) { try await store.get(get, in: "t") }
    #expect(error?.code == .noSuchFamily)
    try await store.close()
  }
}
