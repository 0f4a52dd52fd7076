// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("Read your own writes")
struct ReadYourOwnWritesTests {
  struct Seen: Equatable {
    var column: Column
    var value: Bytes
  }

  @Test(
    "35: what a transaction reads of its own writes is what the store holds once it is committed")
  func equalsCommitted() async throws {
    TestSeed.announce("equalsCommitted")
    let fixture = try await TransactionFixture()
    var random = SplitMix64(seed: TestSeed.value)
    for round in 0..<(150 * TestSeed.effort) {
      let plan = (0..<random.below(12)).map { _ in Self.mutations(&random) }
      let get = Self.get(&random)
      let scan = Scan(
        columns: get.columns, versionsMax: get.versionsMax,
        rowsMax: random.chance(0.3) ? 2 : nil, cellsPerRowMax: get.cellsMax,
        cellsMax: random.chance(0.2) ? 1 + random.below(4) : nil, filter: get.filter,
        isReversed: random.chance(0.5))
      var inside: [Seen] = []
      var insideRows: [Bytes: [Seen]] = [:]
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for mutations in plan {
          try transaction.mutate(mutations, in: "t")
          // Reading on the way must not change anything.
          _ = try await transaction.get(get, in: "t")
        }
        inside = Self.seen(try await transaction.get(get, in: "t"))
        var cursor = try await transaction.scan(scan, in: "t")
        insideRows = [:]
        while let row = try await transaction.next(&cursor) { insideRows[row.row] = Self.seen(row) }
      }
      try await fixture.manager.withSnapshot { snapshot in
        let committed = Self.seen(try await snapshot.get(get, in: "t"))
        #expect(inside == committed, "round \(round): \(plan) read by \(get)")
        var cursor = try await snapshot.scan(scan, in: "t")
        var rows: [Bytes: [Seen]] = [:]
        while let row = try await cursor.next() { rows[row.row] = Self.seen(row) }
        #expect(insideRows == rows, "round \(round): \(plan) read by \(scan)")
      }
      fixture.clock.advance(by: .milliseconds(1))
    }
    try await fixture.store.close()
  }

  private static func seen(_ row: RowResult?) -> [Seen] {
    (row.map(Array.init) ?? []).map { Seen(column: $0.column, value: $0.value) }
  }

  private static func mutations(_ random: inout SplitMix64) -> RowMutations {
    var mutations = RowMutations(Bytes(utf8: "r\(random.below(3))"))
    for _ in 0..<(1 + random.below(3)) {
      let column = Column(
        family: random.chance(0.5) ? "data" : "old",
        qualifier: Bytes(utf8: "q\(random.below(3))"))
      switch random.below(8) {
      case 0: mutations.mutations.append(.deleteRow(upTo: nil))
      case 1: mutations.mutations.append(.deleteFamily(column.family, upTo: nil))
      case 2: mutations.mutations.append(.deleteColumn(column, upTo: nil))
      case 3:
        // Somewhere among the versions committed so far: rounds are a millisecond apart.
        let moment = 1_700_000_000_000_000 + Int64(random.below(200)) * 1000
        mutations.mutations.append(.deleteColumn(column, upTo: Timestamp(microseconds: moment)))
      default:
        mutations.mutations.append(
          .put(column, timestamp: nil, value: Bytes(utf8: "\(random.below(1000))")))
      }
    }
    return mutations
  }

  private static func get(_ random: inout SplitMix64) -> Get {
    var columns = ColumnSelection()
    switch random.below(4) {
    case 0: columns.add(family: "old")
    case 1:
      columns.add(family: "data", qualifier: "q1")
      columns.add(family: "old", qualifier: "q0")
    case 2: columns.add(family: "old", qualifiers: KeyRange(from: "q1"))
    default: break
    }
    return Get(
      Bytes(utf8: "r\(random.below(3))"), columns: columns, versionsMax: 1 + random.below(3),
      cellsMax: random.chance(0.3) ? 1 + random.below(2) : nil,
      filter: random.chance(0.4) ? filter(&random) : nil,
      startingAt: random.chance(0.2) ? Column(family: "data", qualifier: "q1") : nil)
  }

  /// None of time: own puts have no timestamp before the commit.
  private static func filter(_ random: inout SplitMix64) -> Filter {
    let digit = Bytes(utf8: "\(random.below(10))")
    switch random.below(7) {
    case 0: return .value(.bytes(.less, digit))
    case 1: return .qualifier(.prefix("q1"))
    case 2: return .row(.bytes(.greaterOrEqual, "r1"))
    case 3:
      let column = Column(family: "data", qualifier: Bytes(utf8: "q\(random.below(3))"))
      return .column(column, .bytes(.greater, digit), ifAbsent: random.chance(0.5))
    case 4: return .not(filter(&random))
    case 5: return .all([filter(&random), filter(&random)])
    default: return .any([filter(&random), filter(&random)])
    }
  }

  @Test(
    "A limited read over own changes returns what the whole read begins with, and says whether more follow"
  )
  func limited() async throws {
    TestSeed.announce("limited")
    let fixture = try await TransactionFixture()
    var random = SplitMix64(seed: TestSeed.value)
    // A table whose families have one version, where a limited read need not read all.
    try await fixture.store.createTable(
      TableSchema(name: "one", families: [.lock, ColumnFamily("data"), ColumnFamily("more")]))
    for round in 0..<(100 * TestSeed.effort) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for _ in 0..<random.below(10) {
          let column = Column(
            family: random.chance(0.7) ? "data" : "more",
            qualifier: Bytes(utf8: "\(random.below(20) + 10)"))
          var mutations = RowMutations("row")
          switch random.below(10) {
          case 0..<5:
            mutations.mutations = [.put(column, timestamp: nil, value: Bytes(utf8: "\(round)"))]
          case 5..<9: mutations.mutations = [.deleteColumn(column, upTo: nil)]
          default: mutations.mutations = [.deleteFamily("more", upTo: nil)]
          }
          try transaction.mutate(mutations, in: "one")
          var columns = ColumnSelection.all
          if random.chance(0.5) {
            columns = ColumnSelection()
            let start = Bytes(utf8: "\(random.below(20) + 10)")
            columns.add(family: "data", qualifiers: KeyRange(from: start, to: "40"))
          }
          let whole = try await transaction.get(Get("row", columns: columns), in: "one")
          let limit = 1 + random.below(8)
          let part = try await transaction.get(
            Get("row", columns: columns, cellsMax: limit), in: "one")
          let all = Self.seen(whole)
          #expect(Self.seen(part) == Array(all.prefix(limit)), "round \(round)")
          #expect(part?.mayHaveMoreCells ?? false == (all.count > limit), "round \(round)")
        }
      }
    }
    try await fixture.store.close()
  }

  @Test("35: delete and put in one transaction: the later one wins, in each order")
  func deleteThenPut() async throws {
    let fixture = try await TransactionFixture()
    let column = Column(family: "data", qualifier: "v")
    let row: Bytes = "row"
    let deletes: [Mutation] = [
      .deleteColumn(column, upTo: nil), .deleteFamily("data", upTo: nil), .deleteRow(upTo: nil),
    ]
    for delete in deletes {
      for isPutLast in [true, false] {
        let put = Mutation.put(column, timestamp: nil, value: "7")
        let order = isPutLast ? [put, delete, put] : [delete, put, delete]
        let inside = try await fixture.manager.withTransaction { transaction in
          try transaction.mutate(RowMutations(row, order), in: "t")
          return try await transaction.value("row")
        }
        #expect(inside == (isPutLast ? 7 : nil))
        #expect(try await fixture.all() == (isPutLast ? ["row": 7] : [:]))
      }
    }
    try await fixture.store.close()
  }
}
