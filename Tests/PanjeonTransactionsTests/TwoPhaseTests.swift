// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// What a client that commits in two phases sends, and what comes of it, on the embedded store.
@Suite("Commits in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseTests {
  @Test("What one way of committing writes the other reads, before and after it is stable")
  func interoperates() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1, "k": 2])
    try await fixture.manager.withTransaction { transaction in
      #expect(try await transaction.value("a") == 1)
      #expect(try await transaction.scanValues() == ["a": 1, "k": 2])
      try transaction.set("a", 10)
      try transaction.delete(Delete("k"), in: "t")
      try transaction.set("z", 3)
      #expect(try await transaction.scanValues() == ["a": 10, "z": 3])
    }
    // Not stable yet: the primary says committed, and snapshots see what is intended.
    #expect(try await fixture.header("a")?.state == .committed)
    #expect(try await fixture.header("k")?.state == .prewritten)
    #expect(try await fixture.header("z")?.state == .prewritten)
    #expect(try await fixture.plain.all() == ["a": 10, "z": 3])
    for limit in 1...3 {
      let pieces = try await fixture.plain.manager.withSnapshot { snapshot in
        var cursor = try await snapshot.scan(Scan(cellsPerBatchMax: limit), in: "t")
        var rows: [RowKey] = []
        while let row = try await cursor.next() { rows.append(row.row) }
        return rows
      }
      #expect(pieces == ["a", "z"])
    }
    // Who reads to write ends the locks, without waiting.
    let begin = fixture.plain.clock.monotonicNanoseconds()
    let sum = try await fixture.plain.manager.withTransaction { transaction in
      let sum = (try await transaction.value("a") ?? 0) + (try await transaction.value("z") ?? 0)
      try transaction.set("sum", sum)
      return sum
    }
    #expect(sum == 13)
    #expect(fixture.plain.clock.monotonicNanoseconds() - begin < 5_000_000)
    await fixture.background.run()
    for row in ["a", "k", "z"] {
      #expect(try await fixture.header(Bytes(utf8: row))?.state == .stable)
      #expect(try await !fixture.hasIntents(Bytes(utf8: row)))
    }
    #expect(try await fixture.plain.all() == ["a": 10, "z": 3, "sum": 13])
    try await fixture.plain.store.close()
  }

  @Test("Rounds of calls to the acknowledgement grow with the phases, not with the rows")
  func roundsOfCalls() throws {
    for written in [2, 10, 100] {
      for read in [0, 1, 100] {
        // Rows that are read together are read, and looked at once more; then locks, what was only read, the decision.
        let figures = try ZoneModel(.twoPhases, .init(written: written, read: read))
          .run(transactions: 1)
        #expect(figures.rounds == (read == 0 ? 4 : 5), "\(written) rows, and \(read)")
        #expect(
          try ZoneModel(.oneBatch, .init(written: written, read: read)).run(transactions: 1).rounds
            == 2)
      }
    }
    // One row that is read and written: one call each. Another one that is read with it: locks, a look, the decision.
    #expect(try ZoneModel(.twoPhases, .init(written: 1, read: 0)).run(transactions: 1).rounds == 2)
    #expect(try ZoneModel(.twoPhases, .init(written: 1, read: 1)).run(transactions: 1).rounds == 5)
    #expect(
      try ZoneModel(.oneByOne, .init(written: 10, read: 1)).run(transactions: 1).rounds > 30)
  }

  @Test("64: increments and appends that read nothing are made once each, whoever makes them")
  func atomicChanges() async throws {
    let fixture = try await TwoPhaseFixture()
    let counter = Column(family: "data", qualifier: "n")
    for number in 1...6 {
      // Every other time the owner does not come to it, and the next one rolls it forward.
      if number.isMultiple(of: 2) { await fixture.background.run() }
      try await fixture.manager.withTransaction { transaction in
        var increment = Increment("a")
        increment.add(family: counter.family, qualifier: counter.qualifier, by: 2)
        try transaction.increment(increment, in: "t")
        var append = Append("b")
        append.add(family: "data", qualifier: "l", "x")
        try transaction.append(append, in: "t")
      }
    }
    let (count, list) = try await fixture.plain.manager.withSnapshot { snapshot in
      (
        try await snapshot.get(Get("a"), in: "t")?.value(family: "data", qualifier: "n"),
        try await snapshot.get(Get("b"), in: "t")?.value(family: "data", qualifier: "l")
      )
    }
    #expect(count.flatMap(Int64.init(counterValue:)) == 12)
    #expect(list == "xxxxxx")
    try await fixture.plain.store.close()
  }

  @Test("6, 35, 37, 38: deletes and puts in their order, also by who rolls forward")
  func order() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1, "b": 1])
    for isStable in [false, true] {
      try await fixture.manager.withTransaction { transaction in
        try transaction.delete(Delete("a"), in: "t")
        try transaction.set("a", 2)
        try transaction.set("b", 2)
        try transaction.delete(Delete("b"), in: "t")
        #expect(try await transaction.scanValues(Scan(.prefix("a"))) == ["a": 2])
      }
      if isStable { await fixture.background.run() }
      #expect(try await fixture.plain.all() == ["a": 2])
      _ = try await fixture.plain.manager.resolveLocks(in: "t")
      #expect(try await fixture.plain.all() == ["a": 2])
    }
    // An aborted delete leaves the value.
    await #expect(throws: (any Error).self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        _ = try await transaction.value("c")
        try transaction.delete(Delete("a"), in: "t")
        try transaction.set("z", 1)
        try await fixture.plain.set(["c": 1])
      }
    }
    #expect(try await fixture.plain.all() == ["a": 2, "c": 1])
    try await fixture.plain.store.close()
  }

  @Test(
    "63: what is too large, or names a family that is not there, is refused before any lock is set")
  func refusals() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.plain.set(["a": 1])
    func expectRefused(
      _ code: StoreError.Code,
      _ body: (inout Transaction<TwoPhaseStore<CallGate<EmbeddedStore>>>) throws -> Void
    ) async throws {
      fixture.calls.setHook { _ in .made }
      let error = await #expect(throws: StoreError.self) {
        try await fixture.manager.withTransaction(
          TransactionOptions(bytesWrittenMax: 1 << 30)
        ) { transaction in
          try transaction.set("b", 1)
          try body(&transaction)
        }
      }
      #expect(error?.code == code)
      for case .change(let name, _) in fixture.calls.made { Issue.record("\(name) was changed") }
    }
    try await expectRefused(.noSuchFamily) { transaction in
      try transaction.mutate(
        RowMutations("a", [.deleteFamily("none", upTo: nil)]), in: "t")
    }
    try await expectRefused(.limitExceeded) { transaction in
      var put = Put("a")
      put.add(
        family: "data", qualifier: "v", value: Bytes([UInt8](repeating: 1, count: 11 << 20)))
      try transaction.put(put, in: "t")
    }
    try await expectRefused(.limitExceeded) { transaction in
      for column in 0..<3 {
        var put = Put("a")
        put.add(
          family: "data", qualifier: Bytes(utf8: "\(column)"),
          value: Bytes([UInt8](repeating: 1, count: 5 << 20)))
        try transaction.put(put, in: "t")
      }
    }
    try await expectRefused(.invalidArgument) { transaction in
      // "1" is no integer of eight bytes.
      var increment = Increment("a")
      increment.add(family: "data", qualifier: "v")
      try transaction.increment(increment, in: "t")
    }
    #expect(try await fixture.plain.all() == ["a": 1])
    try await fixture.plain.store.close()
  }

  @Test("A batch that is no transaction's, and a range that was not scanned, are refused")
  func foreignBatches() async throws {
    let fixture = try await TwoPhaseFixture()
    let put = Mutation.put(Column(family: "data", qualifier: "v"), timestamp: nil, value: "1")
    for conditions in [[], [Condition.present(LockColumn.header)]] {
      let operation = BatchOperation(
        table: "t", operation: CheckAndMutate(conditions, RowMutations("a", [put])))
      let error = await #expect(throws: StoreError.self) {
        _ = try await fixture.store.commit(
          AtomicBatch(operations: [operation]), since: nil, durability: .disk)
      }
      #expect(error?.code == .invalidArgument)
    }
    let error = await #expect(throws: StoreError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        try transaction.addReadConflict(rows: .prefix("a"), in: "t")
        try transaction.set("b", 1)
      }
    }
    #expect(error?.code == .invalidArgument)
    #expect(try await fixture.plain.all() == [:])
    try await fixture.plain.store.close()
  }
}
