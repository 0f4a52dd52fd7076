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

  @Test("Filters and limits that make no sense are refused")
  func refusals() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    let deep = (0..<40).reduce(Filter.value(.prefix("x"))) { filter, _ in .not(filter) }
    let many = Filter.any((0..<1001).map { .value(.prefix(Bytes(utf8: "\($0)"))) })
    let scans: [(Scan, StoreError.Code)] = [
      (Scan(rowsMax: -1), .invalidArgument), (Scan(cellsMax: -1), .invalidArgument),
      (Scan(cellsPerRowMax: 0), .invalidArgument), (Scan(cellsPerBatchMax: 0), .invalidArgument),
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
