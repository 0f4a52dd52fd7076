// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// The anomalies of the Hermitage suite, one script each: the second transaction runs whole within the first.
@Suite("Isolation")
struct IsolationTests {
  /// Runs `body`, which is expected to meet a conflict.
  private func expectConflict(
    _ body: () async throws -> Void, _ why: String, location: SourceLocation = #_sourceLocation
  ) async {
    do {
      try await body()
      Issue.record("no conflict, although \(why)", sourceLocation: location)
    } catch {
      #expect(
        (error as? TransactionError)?.code == .retriesExhausted, "\(error)",
        sourceLocation: location)
    }
  }

  @Test("G0, P4: two that read and write a row: the later one loses")
  func lostUpdate() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 10])
    await expectConflict(
      {
        try await fixture.manager.withTransaction(TransactionFixture.once) { first in
          let value = try await first.value("1") ?? 0
          try await fixture.manager.withTransaction { second in
            let value = try await second.value("1") ?? 0
            try second.set("1", value + 1)
          }
          try first.set("1", value + 1)
        }
      }, "the first read 10, which is no longer there")
    #expect(try await fixture.all() == ["1": 11])
    try await fixture.store.close()
  }

  @Test("23, 24: G1a, G1b: nobody sees what is not committed, or not yet the last of it")
  func dirtyRead() async throws {
    struct Failure: Error {}
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 10])
    await #expect(throws: Failure.self) {
      try await fixture.manager.withTransaction { first in
        try first.set("1", 101)
        #expect(try await fixture.all() == ["1": 10])
        throw Failure()
      }
    }
    #expect(try await fixture.all() == ["1": 10])
    try await fixture.manager.withTransaction { first in
      try first.set("1", 101)
      #expect(try await fixture.all() == ["1": 10])
      try first.set("1", 11)
    }
    #expect(try await fixture.all() == ["1": 11])
    try await fixture.store.close()
  }

  @Test("25: G-single: a transaction's reads are of one moment, even if it is doomed")
  func readSkew() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 50, "2": 50])
    await expectConflict(
      {
        try await fixture.manager.withTransaction(TransactionFixture.once) { first in
          let one = try await first.value("1") ?? 0
          try await fixture.set(["1": 0, "2": 100])
          let two = try await first.value("2") ?? 0
          #expect(one + two == 100)
          try first.set("3", one + two)
        }
      }, "what it read has changed")
    #expect(try await fixture.all() == ["1": 0, "2": 100])
    try await fixture.store.close()
  }

  @Test("16: G2-item: write skew, at most one commits")
  func writeSkew() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 1, "2": 1])
    await expectConflict(
      {
        try await fixture.manager.withTransaction(TransactionFixture.once) { first in
          let sum = (try await first.value("1") ?? 0) + (try await first.value("2") ?? 0)
          try await fixture.manager.withTransaction { second in
            let sum = (try await second.value("1") ?? 0) + (try await second.value("2") ?? 0)
            if sum == 2 { try second.set("2", 0) }
          }
          if sum == 2 { try first.set("1", 0) }
        }
      }, "the other changed a row that was only read")
    #expect(try await fixture.all() == ["1": 1, "2": 0])
    try await fixture.store.close()
  }

  @Test(
    "18, 21: G2: a phantom in a scanned range is a conflict; behind the end of a limited scan it is none"
  )
  func phantoms() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["b": 1, "d": 1])
    await expectConflict(
      {
        try await fixture.manager.withTransaction(TransactionFixture.once) { first in
          #expect(try await first.scanValues().count == 2)
          try await fixture.set(["c": 1])
          try first.set("z", 1)
        }
      }, "an insert into the scanned range")
    try await fixture.manager.withTransaction(TransactionFixture.once) { first in
      #expect(try await first.scanValues(Scan(rowsMax: 1)) == ["b": 1])
      try await fixture.set(["e": 1])
      try first.set("y", 1)
    }
    await expectConflict(
      {
        try await fixture.manager.withTransaction(TransactionFixture.once) { first in
          #expect(try await first.scanValues(Scan(rowsMax: 1, isReversed: true)) == ["y": 1])
          try await fixture.set(["yy": 1])
          try first.set("x", 1)
        }
      }, "an insert before the first row of a reversed scan")
    #expect(Set(try await fixture.all().keys) == ["b", "c", "d", "e", "y", "yy"])
    try await fixture.store.close()
  }

  @Test(
    "A phantom is found even when the sequencer no longer remembers it, in memtables and in SSTables"
  )
  func oldPhantoms() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["b": 1])
    for filler in [20_000, 200_000] {
      await expectConflict(
        {
          try await fixture.manager.withTransaction(TransactionFixture.once) { first in
            _ = try await first.scanValues(Scan(KeyRange.prefix("b")))
            try await fixture.set(["bb": filler])
            try await fill(fixture, rows: filler / 100)
            try first.set("z", 1)
          }
        }, "an old insert")
      try await fixture.manager.withTransaction(TransactionFixture.once) { first in
        _ = try await first.scanValues(Scan(KeyRange.prefix("b")))
        try await fill(fixture, rows: filler / 100)
        try first.set("ok", filler)
      }
    }
    try await fixture.store.close()
  }

  /// Writes so many rows elsewhere that the window of recent commits moves on.
  private func fill(_ fixture: TransactionFixture, rows: Int) async throws {
    for start in stride(from: 0, to: rows * 100, by: 2000) {
      var batch = AtomicBatch()
      for number in start..<(start + 2000) {
        var mutations = RowMutations(Bytes(utf8: "filler \(number % 3000)"))
        mutations.put(family: "data", qualifier: "v", value: "0")
        batch.operations.append(
          BatchOperation(table: "t", operation: CheckAndMutate([], mutations)))
      }
      try await fixture.store.commitBypassingTransactions(batch, durability: .memory)
    }
  }

  @Test("22: a row that was read as absent conflicts with its insertion")
  func absentRow() async throws {
    let fixture = try await TransactionFixture()
    await expectConflict(
      {
        try await fixture.manager.withTransaction(TransactionFixture.once) { first in
          #expect(try await first.value("new") == nil)
          try await fixture.set(["new": 1])
          try first.set("other", 1)
        }
      }, "the row is there now")
    #expect(try await fixture.all() == ["new": 1])
    try await fixture.store.close()
  }

  @Test("A deletion and reinsertion of the same value is still a change")
  func deletedAndReinserted() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 5])
    await expectConflict(
      {
        try await fixture.manager.withTransaction(TransactionFixture.once) { first in
          _ = try await first.value("1")
          try await fixture.manager.withTransaction { try $0.delete(Delete("1"), in: "t") }
          try await fixture.set(["1": 5])
          try first.set("2", 1)
        }
      }, "the row's version has grown")
    try await fixture.store.close()
  }

  @Test("Blind writes do not conflict with what was committed before their commit")
  func blindWrites() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.manager.withTransaction(TransactionFixture.once) { first in
      try first.set("1", 1)
      try await fixture.set(["1": 2])
    }
    #expect(try await fixture.all() == ["1": 1])
    try await fixture.store.close()
  }

  @Test("27: a snapshot sees one moment, never conflicts, and sees what was acknowledged before it")
  func snapshots() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 1])
    try await fixture.manager.withSnapshot { snapshot in
      try await fixture.set(["1": 2, "2": 2])
      #expect(TransactionFixture.value(try await snapshot.get(Get("1"), in: "t")) == 1)
      #expect(try await snapshot.get(Get("2"), in: "t") == nil)
    }
    #expect(try await fixture.all() == ["1": 2, "2": 2])
    try await fixture.store.close()
  }
}
