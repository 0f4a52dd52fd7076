// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Rows whose header is none that a commit in one batch leaves: of a commit in two phases, or of a version that is not known.
@Suite("Rows that are locked")
struct LockedRowTests {
  /// What a transaction does to the row.
  enum Use: CaseIterable, Sendable {
    case get, scan, reversedScan, put, delete, increment, readConflict, writeConflict

    func apply(_ row: RowKey, _ transaction: inout Transaction<EmbeddedStore>) async throws {
      switch self {
      case .get: _ = try await transaction.get(Get(row), in: "t")
      case .scan, .reversedScan:
        let scan = Scan(KeyRange.prefix(row), isReversed: self == .reversedScan)
        _ = try await transaction.scanValues(scan)
      case .put: try transaction.put(SimulatedRow.put(row, "2"), in: "t")
      case .delete: try transaction.delete(Delete(row), in: "t")
      case .increment:
        var increment = Increment(row)
        increment.add(family: "data", qualifier: "n")
        try transaction.increment(increment, in: "t")
      case .readConflict: try await transaction.addReadConflict(row: row, in: "t")
      case .writeConflict: try transaction.addWriteConflict(row: row, in: "t")
      }
    }
  }

  private static let owner = TransactionID(high: 1, low: 2)

  private static func header(_ state: LockHeader.State) -> Bytes {
    LockHeader(
      state: state, outcome: .none, step: 1, version: 1_800_000_000_000_000, transactionID: owner
    ).encode()
  }

  private static func setHeader(
    _ header: Bytes, of row: RowKey, _ fixture: TransactionFixture
  ) async throws {
    let put = Mutation.put(LockColumn.header, timestamp: nil, value: header)
    try await fixture.store.mutate(RowMutations(row, [put]), in: "t")
  }

  /// Uses a row that is given a header before or meanwhile: a conflict that names it, with nothing written.
  private func expectConflict(
    _ use: Use, _ header: Bytes, of row: RowKey, isThereBefore: Bool, _ fixture: TransactionFixture
  ) async throws {
    let value = TransactionFixture.value(try await fixture.store.get(Get(row), in: "t"))
    if isThereBefore { try await Self.setHeader(header, of: row, fixture) }
    let error = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        try await use.apply(row, &transaction)
        if !isThereBefore { try await Self.setHeader(header, of: row, fixture) }
        try transaction.set("result", 1)
      }
    }
    #expect(error?.code == .retriesExhausted, "\(use) of \(row)")
    #expect(error?.row == TransactionRow(table: "t", row: row), "\(use) of \(row)")
    let left = try await fixture.store.get(Get(row), in: "t")
    #expect(left?.value(family: "!lock!", qualifier: "header") == header)
    #expect(TransactionFixture.value(left) == value)
    // What a snapshot is to see there nobody can tell, unless the header says in its place that the row is stable; it waits for nobody.
    let manager = fixture.manager
    func read() async throws -> Int? {
      try await manager.withSnapshot { snapshot in
        TransactionFixture.value(try await snapshot.get(Get(row), in: "t"))
      }
    }
    if header.count == LockHeader.encodedBytes, header[1] == LockHeader.State.stable.rawValue {
      #expect(try await read() == value)
    } else {
      let error = await #expect(throws: StoreError.self) { try await read() }
      #expect(error?.code == .corruption || error?.code == .unsupportedFormat)
    }
  }

  @Test(
    "17, 20: a row that a commit in two phases holds, or is about to insert, is a conflict to who reads, scans or writes it",
    arguments: Use.allCases, [LockHeader.State.prewritten, .committed, .aborted])
  func held(use: Use, state: LockHeader.State) async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1, "k": 1])
    // The first two are there, the others hold a lock and nothing else.
    for (row, isThereBefore) in [("a", true), ("k", false), ("c", true), ("s", false)] {
      try await expectConflict(
        use, Self.header(state), of: Bytes(utf8: row), isThereBefore: isThereBefore, fixture)
    }
    try await fixture.store.close()
  }

  @Test(
    "45: who meets a lock waits longer and longer, and goes on when its owner has ended; a snapshot of a lock without intents is refused"
  )
  func waiting() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1])
    try await Self.setHeader(Self.header(.prewritten), of: "a", fixture)
    var begins: [UInt64] = []
    let options = TransactionOptions(
      durability: .memory, attemptsMax: 20, backoffBase: .milliseconds(1),
      backoffMax: .seconds(10))
    let seen = try await fixture.manager.withTransaction(options) { transaction in
      begins.append(fixture.clock.monotonicNanoseconds())
      if begins.count < 12 {
        await #expect(throws: StoreError.self) { try await fixture.all() }
      } else {
        #expect(try await fixture.all() == ["a": 2])
      }
      // In the meantime the owner applies what it intends, and ends.
      if begins.count == 11 { try await Self.end(fixture) }
      let value = try await transaction.value("a")
      try transaction.set("result", 1)
      return value
    }
    #expect(seen == 2)
    #expect(begins.count == 12)
    let waited = zip(begins.dropFirst(), begins).map { $0 - $1 }
    // Of full jitter: half a second on average in the last of them, half a millisecond in the first.
    #expect(waited.reduce(0, +) > 50_000_000, "\(waited)")
    #expect(fixture.manager.statistics.retries == 11)
    try await fixture.store.close()
  }

  /// Commits what the lock of a row stands for.
  private static func end(_ fixture: TransactionFixture) async throws {
    let header = LockHeader(
      state: .stable, outcome: .committed, step: 2, version: 1_800_000_000_000_000,
      transactionID: owner)
    var change = RowMutations(
      "a", [.put(LockColumn.header, timestamp: nil, value: header.encode())])
    change.put(family: "data", qualifier: "v", value: "2")
    try await fixture.store.mutate(change, in: "t")
  }

  @Test("45: under a lock that stays, attempts and deadline are bounds all the same")
  func stuck() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1])
    try await Self.setHeader(Self.header(.prewritten), of: "a", fixture)
    for (attemptsMax, code) in [
      (5, TransactionError.Code.retriesExhausted), (100_000, .deadlineExceeded),
    ] {
      var runs = 0
      let error = await #expect(throws: TransactionError.self) {
        try await fixture.manager.withTransaction(
          TransactionOptions(attemptsMax: attemptsMax)
        ) {
          runs += 1
          _ = try await $0.value("a")
        }
      }
      #expect(error?.code == code)
      #expect(error?.row == TransactionRow(table: "t", row: "a"))
      // Thirty seconds, in waits of up to a tenth of one: nobody spins.
      #expect(runs <= min(attemptsMax, 1200))
    }
    try await fixture.store.close()
  }

  @Test(
    "59: a header of another version, with a field more, or damaged, is a conflict and stays as it is",
    arguments: Use.allCases)
  func unknown(use: Use) async throws {
    let stable = Array(Self.header(.stable))
    let headers: [[UInt8]] = [
      [2] + stable.dropFirst(), stable + [0], Array(stable.dropLast()), [], [1, 9] + stable[2...],
      [1, 1, 7] + stable[3...],
    ]
    let fixture = try await TransactionFixture()
    for (number, header) in headers.enumerated() {
      for isThereBefore in [true, false] {
        let row = "row \(number) \(isThereBefore)"
        try await fixture.set([row: 1])
        try await expectConflict(
          use, Bytes(header), of: Bytes(utf8: row), isThereBefore: isThereBefore, fixture)
        let inDoubt = InDoubtTransaction(
          id: Self.owner, row: TransactionRow(table: "t", row: Bytes(utf8: row)),
          headerBefore: nil, incarnation: fixture.store.incarnation)
        #expect(try await fixture.manager.resolve(inDoubt) == .overwritten)
      }
    }
    let locks = try await fixture.manager.unstableLocks(in: "t")
    #expect(locks.count == 2 * headers.count)
    #expect(locks.allSatisfy { $0.header == nil && $0.decision == .unknown })
    try await fixture.store.close()
  }
}
