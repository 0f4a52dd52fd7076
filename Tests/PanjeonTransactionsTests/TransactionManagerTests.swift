// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("TransactionManager")
struct TransactionManagerTests {
  @Test(
    "30, 57: concurrent increments with retry add up exactly, and money is neither made nor lost")
  func concurrentTransfers() async throws {
    let fixture = try await TransactionFixture()
    let accounts = 5
    try await fixture.set(
      Dictionary(uniqueKeysWithValues: (0..<accounts).map { ("\($0)", 100) }))
    let manager = fixture.manager
    try await withThrowingTaskGroup { group in
      for client in 0..<8 {
        group.addTask {
          var random = SplitMix64(seed: UInt64(client))
          var options = TransactionOptions(durability: .operatingSystem)
          options.attemptsMax = 100_000
          options.deadline = .seconds(1_000_000)
          for _ in 0..<40 {
            let from = String(random.below(accounts))
            let to = String(random.below(accounts))
            try await manager.withTransaction(options) { transaction in
              let all = try await transaction.scanValues(Scan(KeyRange(from: "0", to: "9")))
              #expect(all.values.reduce(0, +) == 500)
              let balance = try await transaction.value(from) ?? 0
              try transaction.set(from, balance - 1)
              let other = try await transaction.value(to) ?? 0
              try transaction.set(to, other + 1)
            }
            try await manager.withTransaction(options) { transaction in
              let count = try await transaction.value("counter") ?? 0
              try transaction.set("counter", count + 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let all = try await fixture.all()
    #expect(all["counter"] == 320)
    #expect(all.filter { $0.key != "counter" }.values.reduce(0, +) == 500)
    #expect(manager.statistics.commits >= 640)
    try await fixture.store.close()
  }

  @Test("A scan with a filter of rows looks at those rows alone")
  func filteredScan() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(
      Dictionary(uniqueKeysWithValues: (0..<200).map { ("r\(1000 + $0)", $0) }))
    func reads() async throws -> UInt64 {
      try await fixture.store.info().tables[0].regions.reduce(0) { $0 + $1.reads }
    }
    let before = try await reads()
    try await fixture.manager.withTransaction { transaction in
      let scan = Scan(filter: .any([.row(.prefix("r119")), .row(.bytes(.equal, "r1007"))]))
      let values = try await transaction.scanValues(scan)
      #expect(values.count == 11)
    }
    let after = try await reads()
    #expect(after - before == 11)
    try await fixture.store.close()
  }

  @Test("A body's own error passes through and nothing is written")
  func bodyThrows() async throws {
    struct Failure: Error {}
    let fixture = try await TransactionFixture()
    await #expect(throws: Failure.self) {
      try await fixture.manager.withTransaction { transaction in
        try transaction.set("1", 1)
        throw Failure()
      }
    }
    #expect(try await fixture.all().isEmpty)
    try await fixture.store.close()
  }

  @Test("Attempts and deadline are bounds; the error names the row that conflicted")
  func bounds() async throws {
    let fixture = try await TransactionFixture()
    let fight: (TransactionOptions) async -> TransactionError? = { options in
      do {
        try await fixture.manager.withTransaction(options) { transaction in
          let value = try await transaction.value("1") ?? 0
          try await fixture.set(["1": value + 1])
          try transaction.set("1", value + 1)
        }
        return nil
      } catch {
        return error as? TransactionError
      }
    }
    let exhausted = await fight(TransactionOptions(attemptsMax: 5))
    #expect(exhausted?.code == .retriesExhausted)
    #expect(exhausted?.row == TransactionRow(table: "t", row: "1"))
    #expect(try await fixture.all() == ["1": 5])
    let late = await fight(TransactionOptions(attemptsMax: 100_000, deadline: .milliseconds(20)))
    #expect(late?.code == .deadlineExceeded)
    try await fixture.store.close()
  }

  @Test("63: misuse is refused before anything is written, by name")
  func misuse() async throws {
    let fixture = try await TransactionFixture()
    let bad: [Mutation] = [
      .put(Column(family: "!lock!", qualifier: "header"), timestamp: nil, value: ""),
      .put(Column(family: "data", qualifier: "v"), timestamp: 5, value: ""),
      .deleteFamily("!lock!", upTo: nil),
    ]
    for mutation in bad {
      await #expect(
        performing: {
          try await fixture.manager.withTransaction { transaction in
            try transaction.set("1", 1)
            try transaction.mutate(RowMutations("1", [mutation]), in: "t")
          }
        }, throws: { ($0 as? TransactionError)?.code == .misuse })
    }
    await #expect(
      performing: {
        try await fixture.manager.withTransaction(TransactionOptions(rowsWrittenMax: 3)) {
          transaction in
          for number in 0..<4 { try transaction.set("\(number)", 1) }
        }
      }, throws: { ($0 as? TransactionError)?.code == .tooLarge })
    await #expect(
      performing: {
        try await fixture.manager.withTransaction { transaction in
          _ = try await transaction.get(Get("1"), in: "nowhere")
        }
      }, throws: { ($0 as? StoreError)?.code == .noSuchTable })
    #expect(try await fixture.all().isEmpty)
    try await fixture.store.close()
  }

  @Test("31: a transaction whose answer was lost is found to be committed, aborted or overwritten")
  func resolve() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 1])
    let header = try await fixture.store.get(Get("1"), in: "t")?
      .value(family: "!lock!", qualifier: "header")
    let stored = try #require(header)
    let id = try #require(LockHeader(decoding: stored)).transactionID
    let row = TransactionRow(table: "t", row: "1")
    let stranger = TransactionID(high: 1, low: 2)
    let manager = fixture.manager
    #expect(
      try await manager.resolve(InDoubtTransaction(id: id, row: row, headerBefore: nil))
        == .committed)
    #expect(
      try await manager.resolve(InDoubtTransaction(id: stranger, row: row, headerBefore: nil))
        == .overwritten)
    #expect(
      try await manager.resolve(InDoubtTransaction(id: stranger, row: row, headerBefore: stored))
        == .aborted)
    try await fixture.store.close()
  }

  @Test(
    "In another life of the store, restored from before the commit, nothing is taken for aborted")
  func resolveInAnotherLife() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["1": 1])
    let header = try await fixture.store.get(Get("1"), in: "t")?
      .value(family: "!lock!", qualifier: "header")
    let stored = try #require(header)
    let id = try #require(LockHeader(decoding: stored)).transactionID
    let row = TransactionRow(table: "t", row: "1")
    let present = fixture.store.incarnation
    let earlier = StoreIncarnation(
      store: present.store, number: present.number, nonce: present.nonce &+ 1)
    let stranger = TransactionID(high: 1, low: 2)
    let expected: [(TransactionID, StoreIncarnation, TransactionOutcome)] = [
      (id, present, .committed), (id, earlier, .committed), (stranger, earlier, .overwritten),
      (stranger, present, .aborted),
    ]
    for (id, incarnation, outcome) in expected {
      let inDoubt = InDoubtTransaction(
        id: id, row: row, headerBefore: stored, incarnation: incarnation)
      #expect(try await fixture.manager.resolve(inDoubt) == outcome)
    }
    try await fixture.store.close()
  }
}

@Suite("LockHeader")
struct LockHeaderTests {
  @Test("A header is stored as its page says, and read back")
  func exampleBytes() throws {
    let header = LockHeader(
      state: .stable, outcome: .committed, step: 0x01020304, version: 0x1112131415161718,
      transactionID: TransactionID(high: 0x2122232425262728, low: 0x3132333435363738))
    let bytes: [UInt8] = [
      0x01, 0x01, 0x01, 0x04, 0x03, 0x02, 0x01, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
      0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21, 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32,
      0x31,
    ]
    #expect(Array(header.encode()) == bytes)
    #expect(LockHeader(decoding: Bytes(bytes)) == header)
    #expect(LockHeader(decoding: Bytes(bytes.dropLast())) == nil)
    #expect(LockHeader(decoding: Bytes([2] + bytes.dropFirst())) == nil)
  }
}
