// SPDX-License-Identifier: Apache-2.0

internal import Panjeon

extension MicroBenchmark {
  /// All there are.
  package static let all: [MicroBenchmark] = gets + scans + writes + recovery + transactions

  private static let gets = [
    MicroBenchmark("get/memtable", "a row of ten cells, in a memtable", .init(isFlushed: false)) {
      readsRows($0)
    },
    MicroBenchmark("get/block", "a row of ten cells, in a cached block") { readsRows($0) },
    MicroBenchmark(
      "get/row-cache", "a row of ten cells, in the row cache", .init(hasRowCache: true)
    ) {
      readsRows($0)
    },
    MicroBenchmark("get/one-cell", "a cell of a row, in a cached block") { fixture in
      var columns = ColumnSelection()
      columns.add(family: Fixture.family, qualifier: Fixture.qualifiers[3])
      return { [columns] count in
        for index in 0..<count {
          let get = Get(fixture.key(index), columns: columns)
          guard try await fixture.store.get(get, in: Fixture.table)?.count == 1 else {
            throw Surprise()
          }
        }
      }
    },
    MicroBenchmark("get/absent", "a row that is not there") { fixture in
      let absent = fixture.keys.map { Bytes(Array($0) + [0]) }
      return { count in
        for index in 0..<count {
          let get = Get(absent[index % absent.count])
          guard try await fixture.store.get(get, in: Fixture.table) == nil else { throw Surprise() }
        }
      }
    },
  ]

  private static let scans = [
    MicroBenchmark("scan/row", "a row of ten cells, of a scan of 100 rows in cached blocks") {
      fixture in
      { count in
        var found = 0
        for index in 0..<count / 100 {
          let key = Fixture.key(index * 100 % (Fixture.rowCount - 100))
          let scan = Scan(KeyRange(from: key, to: nil), rowsMax: 100)
          var cursor = try await fixture.store.scan(scan, in: Fixture.table)
          while try await cursor.next() != nil { found += 1 }
        }
        if found != count / 100 * 100 { throw Surprise() }
      }
    }
  ]

  private static let writes = [
    MicroBenchmark("put/cell", "a cell, durability memory") { fixture in
      { count in
        for index in 0..<count {
          try await fixture.store.put(
            fixture.cell(fixture.key(index)), in: Fixture.table, durability: .memory)
        }
      }
    },
    MicroBenchmark("put/row", "a row of ten cells, durability operatingSystem") { fixture in
      { count in
        for index in 0..<count {
          try await fixture.store.put(
            fixture.row(fixture.key(index)), in: Fixture.table, durability: .operatingSystem)
        }
      }
    },
    MicroBenchmark(
      "compact/row", "a row of ten cells, merged from two SSTables into one, and the put of a cell",
      stride: Fixture.rowCount
    ) {
      fixture in
      { count in
        for _ in 0..<count / Fixture.rowCount {
          for key in fixture.keys {
            try await fixture.store.put(fixture.cell(key), in: Fixture.table, durability: .memory)
          }
          try await fixture.store.compact(table: Fixture.table)
        }
      }
    },
  ]

  private static let recovery = [
    MicroBenchmark(
      "recover/row", "a row of ten cells, read from the log into a memtable when a store is opened",
      .init(isFlushed: false, durability: .operatingSystem), stride: Fixture.rowCount
    ) { fixture in
      let crashed = try fixture.crash()
      return { count in
        for _ in 0..<count / Fixture.rowCount {
          let store = try await EmbeddedStore.openReadOnly(at: crashed)
          let report = try await store.info().recovery
          try await store.close()
          if report.recordsReplayed < Fixture.rowCount { throw Surprise() }
        }
      }
    }
  ]

  private static let transactions = [
    MicroBenchmark(
      "transaction/get", "`Database.get` of a row of ten cells, in a cached block",
      .init(isTransactional: true)
    ) { fixture in
      { count in
        for index in 0..<count {
          guard
            try await fixture.database.get(Get(fixture.key(index)), in: Fixture.table)?.count == 10
          else { throw Surprise() }
        }
      }
    },
    MicroBenchmark(
      "transaction/snapshot-get",
      "a row of ten cells in a cached block, of a snapshot that is kept",
      .init(isTransactional: true)
    ) { fixture in
      { count in
        try await fixture.database.withSnapshot { snapshot in
          for index in 0..<count {
            guard try await snapshot.get(Get(fixture.key(index)), in: Fixture.table)?.count == 10
            else { throw Surprise() }
          }
        }
      }
    },
    MicroBenchmark(
      "transaction/update",
      "a transaction that reads a row and writes a cell of it, durability memory",
      .init(isTransactional: true)
    ) { fixture in
      var options = TransactionOptions()
      options.durability = .memory
      return { [options] count in
        for index in 0..<count {
          let key = fixture.key(index)
          try await fixture.database.withTransaction(options) { transaction in
            guard try await transaction.get(Get(key), in: Fixture.table) != nil else {
              throw Surprise()
            }
            try transaction.put(fixture.cell(key), in: Fixture.table)
          }
        }
      }
    },
  ]

  private static func readsRows(_ fixture: Fixture) -> @Sendable (Int) async throws -> Void {
    { count in
      for index in 0..<count {
        let get = Get(fixture.key(index))
        guard try await fixture.store.get(get, in: Fixture.table)?.count == 10 else {
          throw Surprise()
        }
      }
    }
  }
}
