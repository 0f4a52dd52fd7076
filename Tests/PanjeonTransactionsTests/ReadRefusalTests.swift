// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTransactions
import Testing
import WideColumn

@Suite("Reads and options of transactions that make no sense, and pieces of rows")
struct ReadRefusalTests {
  private static let inverted = KeyRange(from: "b", to: "a")

  @Test("Negative limits and inverted ranges are refused in transactions as they are by the store")
  func reads() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1])
    let scans = [
      Scan(Self.inverted), Scan(rowsMax: -1), Scan(cellsPerRowMax: -1), Scan(cellsMax: -1),
      Scan(versionsMax: 0), Scan(filter: .rows([Self.inverted])),
    ]
    let gets = [
      Get("a", versionsMax: 0), Get("a", cellsMax: -1),
      Get("a", filter: .qualifiers(Self.inverted)),
    ]
    func refused(_ body: () async throws -> Void) async {
      let error = await #expect(throws: StoreError.self) { try await body() }
      #expect(error?.code == .invalidArgument)
    }
    for scan in scans {
      await refused {
        try await fixture.manager.withSnapshot { _ = try await $0.scan(scan, in: "t") }
      }
      await refused {
        try await fixture.manager.withTransaction { transaction in
          // The row's own changes must not keep the store from being asked.
          try transaction.set("a", 2)
          _ = try await transaction.scan(scan, in: "t")
        }
      }
    }
    for get in gets {
      await refused {
        try await fixture.manager.withSnapshot { _ = try await $0.get(get, in: "t") }
      }
      await refused {
        try await fixture.manager.withTransaction { transaction in
          try transaction.set("a", 2)
          _ = try await transaction.get(get, in: "t")
        }
      }
    }
    #expect(try await fixture.all() == ["a": 1])
    try await fixture.store.close()
  }

  @Test(
    "Limits of zero return nothing, the greatest everything; what was not returned still conflicts")
  func limits() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1, "b": 2])
    let zeros = [Scan(rowsMax: 0), Scan(cellsPerRowMax: 0), Scan(cellsMax: 0)]
    for own in [false, true] {
      try await fixture.manager.withTransaction { transaction in
        if own { try transaction.set("a", 1) }
        for scan in zeros { #expect(try await transaction.scanValues(scan).isEmpty) }
        #expect(try await transaction.get(Get("a", cellsMax: 0), in: "t") == nil)
        #expect(try await transaction.get(Get("a", cellsMax: .max), in: "t")?.count == 1)
        #expect(
          try await transaction.scanValues(
            Scan(rowsMax: .max, cellsPerRowMax: .max, cellsMax: .max)
          ).count == 2)
      }
    }
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        _ = try await transaction.get(Get("a", cellsMax: 0), in: "t")
        try transaction.set("b", 3)
        try await fixture.set(["a": 5])
      }
    }
    #expect(error?.code == .retriesExhausted)
    try await fixture.store.close()
  }

  @Test("Options without sense are refused before the body runs")
  func options() async throws {
    let fixture = try await TransactionFixture()
    let faults: [(String, (inout TransactionOptions) -> Void)] = [
      ("attemptsMax", { $0.attemptsMax = 0 }), ("rowsReadMax", { $0.rowsReadMax = -1 }),
      ("rowsWrittenMax", { $0.rowsWrittenMax = -1 }),
      ("bytesWrittenMax", { $0.bytesWrittenMax = -1 }),
      ("deadline", { $0.deadline = .seconds(-1) }),
      ("backoffBase", { $0.backoffBase = .seconds(Int64.max) }),
      ("backoffMax", { $0.backoffMax = .milliseconds(-1) }),
    ]
    for (name, change) in faults {
      var options = TransactionOptions()
      change(&options)
      var hasRun = false
      let error = await #expect(throws: TransactionError.self) {
        try await fixture.manager.withTransaction(options) { _ in hasRun = true }
      }
      #expect(error?.code == .misuse && error?.message.hasPrefix(name) == true)
      #expect(!hasRun)
    }
    var patient = TransactionOptions()
    patient.deadline = .seconds(Int64.max)
    try await fixture.manager.withTransaction(patient) { try $0.set("a", 1) }
    for rowsMax in [0, -1] {
      let error = await #expect(throws: StoreError.self) {
        try await fixture.manager.collectGhostRows(in: "t", rowsMax: rowsMax)
      }
      #expect(error?.code == .invalidArgument)
    }
    let error = await #expect(throws: StoreError.self) {
      try await fixture.manager.collectGhostRows(in: "t", rows: Self.inverted)
    }
    #expect(error?.code == .invalidArgument)
    try await fixture.store.close()
  }

  @Test("A collection of ghosts that rests for ever ends when it is cancelled")
  func longRest() async throws {
    let fixture = try await TransactionFixture()
    let manager = TransactionManager(
      store: fixture.store, timeSource: SystemTimeSource(), seed: 1)
    let passes = AsyncStream<Void>.makeStream()
    let collection = Task {
      try await manager.keepCollectingGhostRows(
        in: ["t"], every: .seconds(Int64.max), olderThan: .seconds(Int64.max)
      ) { _, _ in passes.continuation.yield() }
    }
    for await _ in passes.stream { break }
    collection.cancel()
    try await collection.value
    try await fixture.store.close()
  }

  @Test("A scan of a snapshot in pieces returns the same cells as one of whole rows, without locks")
  func pieces() async throws {
    let fixture = try await TransactionFixture()
    // Rows of 0 to 6 cells; some with a lock, some without.
    for width in 0..<7 {
      var put = Put(Bytes(utf8: "c\(width)"))
      var other = Put(Bytes(utf8: "w\(width)"))
      for number in 0..<width {
        put.add(family: "data", qualifier: Bytes(utf8: "\(number)"), value: "v")
        other.add(family: "data", qualifier: Bytes(utf8: "\(number)"), value: "v")
      }
      try await fixture.manager.withTransaction { [put] in try $0.put(put, in: "t") }
      if width > 0 {
        try await fixture.store.mutateBypassingTransactions(
          other.rowMutations, in: "t", durability: .memory)
      }
    }
    for rowsMax in [nil, 1, 3, 100] {
      for cellsPerRowMax in [nil, 1, 3, 100] {
        for cellsMax in [nil, 1, 5, 100] {
          for isReversed in [false, true] {
            var scan = Scan(
              rowsMax: rowsMax, cellsPerRowMax: cellsPerRowMax, cellsMax: cellsMax,
              isReversed: isReversed)
            let whole = try await rows(scan, fixture)
            for batch in [1, 2, 3, 50] {
              scan.cellsPerBatchMax = batch
              #expect(try await rows(scan, fixture) == whole, "\(scan)")
            }
          }
        }
      }
    }
    try await fixture.store.close()
  }

  /// The rows, put together of their pieces; no piece is longer than it may be.
  private func rows(_ scan: Scan, _ fixture: TransactionFixture) async throws -> [RowResult] {
    try await fixture.manager.withSnapshot { snapshot in
      var cursor = try await snapshot.scan(scan, in: "t")
      var rows: [RowResult] = []
      while let piece = try await cursor.next() {
        #expect(!piece.isEmpty && piece.count <= scan.cellsPerBatchMax ?? .max)
        #expect(piece.allSatisfy { $0.column.family == "data" })
        if let last = rows.last, last.row == piece.row {
          #expect(scan.cellsPerBatchMax != nil)
          rows[rows.count - 1] = RowResult(row: piece.row, cells: Array(last) + Array(piece))
        } else {
          rows.append(piece)
        }
      }
      return rows
    }
  }
}
