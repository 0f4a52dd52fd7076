// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Ranges that change while, or after, a transaction scans them.
@Suite("Ranges that were scanned")
struct ScannedRangeTests {
  @Test(
    "19: a delete of a scanned row is a conflict, also if the same is put back or a compaction forgets it",
    arguments: [false, true], [false, true])
  func deletes(isPutBack: Bool, isCompacted: Bool) async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["b": 1, "c": 2, "d": 3, "s": 4])
    for (row, isScanned) in [("c", true), ("s", false)] {
      let before = try await fixture.all()
      var isCommitted = false
      do {
        try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
          let range = Scan(KeyRange(from: "b", to: "e"))
          #expect(try await transaction.scanValues(range) == ["b": 1, "c": 2, "d": 3])
          try await fixture.manager.withTransaction { other in
            try other.delete(Delete(Bytes(utf8: row)), in: "t")
          }
          if isPutBack { try await fixture.set([row: before[row] ?? 0]) }
          if isCompacted {
            try await fixture.store.flush()
            try await fixture.store.compact(table: "t")
          }
          try transaction.set("z", 1)
        }
        isCommitted = true
      } catch let error as TransactionError {
        #expect(error.code == .retriesExhausted)
        #expect(error.row == TransactionRow(table: "t", row: Bytes(utf8: row)))
      }
      #expect(isCommitted != isScanned, "\(row)")
      try await fixture.set([row: before[row] ?? 0])
    }
    try await fixture.store.close()
  }

  @Test(
    "21: every row that a scan has returned counts, and none behind, whether a limit or the body ends it",
    arguments: [false, true], [false, true])
  func limited(isReversed: Bool, hasLimit: Bool) async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(Self.rows)
    let returned = isReversed ? ["m", "s"] : ["a", "c"]
    for changed in Self.rows.keys.sorted() {
      var isCommitted = false
      do {
        try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
          let scan = Scan(
            KeyRange(to: "z"), rowsMax: hasLimit ? 2 : nil, isReversed: isReversed)
          var cursor = try await transaction.scan(scan, in: "t")
          for _ in 0..<2 { #expect(try await transaction.next(&cursor) != nil) }
          if hasLimit { #expect(try await transaction.next(&cursor) == nil) }
          try await fixture.set([changed: 10])
          try transaction.set("z", 1)
        }
        isCommitted = true
      } catch let error as TransactionError {
        #expect(error.row == TransactionRow(table: "t", row: Bytes(utf8: changed)))
      }
      #expect(isCommitted != returned.contains(changed), "\(changed)")
    }
    try await fixture.store.close()
  }

  /// What the others do while a scan rests.
  enum Disturbance: CaseIterable, Sendable {
    case changeOfReturned, changeOfNext, deleteOfNext, insertOfNext, removalOfRange

    func run(_ fixture: TransactionFixture) async throws {
      switch self {
      case .changeOfReturned: try await fixture.set(["a": 10])
      case .changeOfNext: try await fixture.set(["m": 10, "s": 10])
      case .deleteOfNext:
        try await fixture.manager.withTransaction { try $0.delete(Delete("m"), in: "t") }
      case .insertOfNext: try await fixture.set(["n": 10])
      case .removalOfRange: try await fixture.store.deleteRows(in: KeyRange(from: "m"), of: "t")
      }
    }
  }

  private static let rows = ["a": 1, "c": 2, "m": 3, "s": 4]

  @Test(
    "29: a scan that rests between pages sees one moment; what changes meanwhile is a conflict once it writes",
    arguments: Disturbance.allCases)
  func paused(disturbance: Disturbance) async throws {
    for writes in [false, true] {
      let fixture = try await TransactionFixture()
      try await fixture.set(Self.rows)
      var isCommitted = false
      do {
        try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
          var cursor = try await transaction.scan(Scan(), in: "t")
          var values: [String: Int] = [:]
          var isDisturbed = false
          while let row = try await transaction.next(&cursor) {
            values[row.row.utf8String ?? "?"] = TransactionFixture.value(row)
            if values.count == 2, !isDisturbed {
              isDisturbed = true
              try await Self.disturb(disturbance, fixture)
            }
          }
          #expect(values == Self.rows)
          if writes { try transaction.set("z", 1) }
        }
        isCommitted = true
      } catch let error as TransactionError {
        #expect(error.code == .retriesExhausted, "\(error)")
      }
      // One that writes nothing has seen a state that there was.
      #expect(isCommitted != writes)
      try await fixture.store.close()
    }
  }

  @Test(
    "29: a snapshot's scan that rests between pages sees one moment",
    arguments: Disturbance.allCases)
  func pausedSnapshot(disturbance: Disturbance) async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(Self.rows)
    try await fixture.manager.withSnapshot { snapshot in
      var cursor = try await snapshot.scan(Scan(), in: "t")
      var values: [String: Int] = [:]
      while let row = try await cursor.next() {
        values[row.row.utf8String ?? "?"] = TransactionFixture.value(row)
        if values.count == 2 { try await Self.disturb(disturbance, fixture) }
      }
      #expect(values == Self.rows)
    }
    try await fixture.store.close()
  }

  private static func disturb(
    _ disturbance: Disturbance, _ fixture: TransactionFixture
  ) async throws {
    try await disturbance.run(fixture)
    try await fixture.store.split(table: "t", at: "p")
    try await fixture.store.flush()
    try await fixture.store.compact(table: "t")
  }
}
