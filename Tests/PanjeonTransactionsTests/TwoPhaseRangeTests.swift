// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Ranges that are scanned, and rows of them that are written without having been read.
@Suite("Scanned ranges in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseRangeTests {
  @Test(
    "18: a row that others have put into the scanned range is not written over, whoever comes first"
  )
  func sameRow() async throws {
    let fixture = try await TwoPhaseFixture()
    let plain = fixture.plain
    let hasCome = Mutex(false)
    fixture.calls.setHook { call in
      guard case .change(_, let header?) = call, header.state == .prewritten else { return .made }
      let isFirst = hasCome.withLock { hasCome in
        defer { hasCome = true }
        return !hasCome
      }
      if isFirst { try! await plain.set(["m": 2]) }
      return .made
    }
    var seen: [[String: Int]] = []
    try await fixture.manager.withTransaction { transaction in
      let values = try await transaction.scanValues()
      seen.append(values)
      if values.isEmpty {
        for row in ["m", "n"] { try transaction.set(row, 1) }
      }
    }
    #expect(seen == [[:], ["m": 2]])
    #expect(try await plain.all() == ["m": 2])
    try await plain.store.close()
  }

  @Test(
    "An own lock that was given up is no change of the scanned range, unless others came between")
  func ownAbort() async throws {
    for isOvertaken in [false, true] {
      let fixture = try await TwoPhaseFixture()
      let plain = fixture.plain
      try await plain.set(["k": 1])
      let changes = Mutex(0)
      fixture.calls.setHook { call in
        guard case .change(_, let header?) = call, header.state == .prewritten else {
          return .made
        }
        let number = changes.withLock { changes in
          changes += 1
          return changes
        }
        // Of both rows that are put blindly one is written by somebody else, outside the range; the other is locked and freed again.
        if number == 1 { try! await plain.set(["z": 5]) }
        if number == 3, isOvertaken { try! await plain.set(["b": 7]) }
        return .made
      }
      var seen: [[String: Int]] = []
      try await fixture.manager.withTransaction { transaction in
        let values = try await transaction.scanValues(Scan(KeyRange(from: "a", to: "r")))
        seen.append(values)
        for row in ["b", "z"] { try transaction.set(row, values.count) }
      }
      await fixture.background.run()
      #expect(seen.count == (isOvertaken ? 2 : 1), "\(seen)")
      #expect(try await plain.all() == ["k": 1, "b": seen.count, "z": seen.count])
      try await plain.store.close()
    }
  }

  @Test("18: nor when its lock was given up in between, since another row was refused")
  func sameRowTwice() async throws {
    let fixture = try await TwoPhaseFixture()
    let plain = fixture.plain
    let rounds = Mutex<[String: Int]>([:])
    fixture.calls.setHook { call in
      guard case .change(let row, let header?) = call, header.state == .prewritten,
        let name = row.row.utf8String
      else { return .made }
      let round = rounds.withLock { rounds in
        rounds[name, default: 0] += 1
        return rounds[name] ?? 0
      }
      // The row of the range first; then the other one, so that the lock on the first is given up.
      if name == "m", round == 1 { try! await plain.set(["m": 2]) }
      if name == "z", round == 2 { try! await plain.set(["z": 5]) }
      return .made
    }
    var seen: [[String: Int]] = []
    try await fixture.manager.withTransaction { transaction in
      let values = try await transaction.scanValues(Scan(KeyRange(from: "a", to: "r")))
      seen.append(values)
      if values.isEmpty {
        for row in ["m", "z"] { try transaction.set(row, 1) }
      }
    }
    #expect(rounds.withLock { $0["z"] } == 3)
    #expect(seen == [[:], ["m": 2]])
    #expect(try await plain.all() == ["m": 2, "z": 5])
    try await plain.store.close()
  }
}
