// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTransactions
import WideColumn

/// Where the rows of a script stand, and what happens to them between two steps.
enum HermitagePlacement: CaseIterable, Sendable {
  case oneRegion, twoRegions, acrossSplits, flushedAndCompacted
}

/// Lets transactions take turns.
private actor Turns {
  private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  /// Who gives the turn, while the transaction whose it is has not come yet, or has not ended it.
  private var giver: (number: Int, CheckedContinuation<Void, Never>)?

  /// Waits until it is this transaction's turn.
  func wait(_ number: Int) async {
    if giver?.number == number { return }
    await withCheckedContinuation { waiting[number] = $0 }
  }

  /// Ends the turn.
  func end() {
    giver?.1.resume()
    giver = nil
  }

  /// Gives a transaction its turn, and waits until that has ended.
  func give(_ number: Int) async {
    await withCheckedContinuation { continuation in
      giver = (number, continuation)
      waiting.removeValue(forKey: number)?.resume()
    }
  }
}

/// Runs the transactions of a script in the order of a schedule.
struct HermitageRunner {
  let fixture: TransactionFixture
  let placement: HermitagePlacement
  private let table = "h"

  init(_ placement: HermitagePlacement) async throws {
    fixture = try await TransactionFixture()
    self.placement = placement
    let schema = TableSchema(name: table, families: [.lock, ColumnFamily("data")])
    let points: [RowKey] = placement == .twoRegions ? ["2"] : []
    try await fixture.store.createTable(schema, splitAt: points)
  }

  private struct RolledBack: Error {}

  /// Runs a schedule from the same rows as every other.
  func run(_ script: HermitageScript, _ schedule: [Int]) async throws -> HermitageOutcome {
    try await reset()
    let turns = Turns()
    let results = try await withThrowingTaskGroup(
      of: (Int, [HermitageOutcome.Reading], Bool).self
    ) { group in
      for (index, steps) in script.transactions.enumerated() {
        group.addTask { try await runOne(index, steps, turns) }
      }
      for number in schedule {
        try await disturb()
        await turns.give(number - 1)
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let sorted = results.sorted { $0.0 < $1.0 }
    return HermitageOutcome(
      readings: sorted.map(\.1), isCommitted: sorted.map(\.2), rows: try await rows())
  }

  private func runOne(
    _ index: Int, _ steps: [HermitageScript.Step], _ turns: Turns
  ) async throws -> (Int, [HermitageOutcome.Reading], Bool) {
    var readings: [HermitageOutcome.Reading] = []
    var isCommitted = true
    await turns.wait(index)
    do {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        for step in steps {
          if let reading = try await perform(step, &transaction) { readings.append(reading) }
          await turns.end()
          await turns.wait(index)
        }
      }
    } catch is RolledBack {
      isCommitted = false
    } catch let error as TransactionError where error.code == .retriesExhausted {
      isCommitted = false
    }
    await turns.end()
    return (index, readings, isCommitted)
  }

  private func perform(
    _ step: HermitageScript.Step, _ transaction: inout Transaction<EmbeddedStore>
  ) async throws -> HermitageOutcome.Reading? {
    switch step {
    case .put(let row, let value):
      try put(row, value, &transaction)
      return nil
    case .get(let row):
      let read = try await transaction.get(Get(Bytes(utf8: "\(row)")), in: table)
      return TransactionFixture.value(read).map { [row: $0] } ?? [:]
    case .scan(let condition):
      return try await scan(&transaction).filter { condition.holds($0.value) }
    case .addToAll(let amount):
      let rows = try await scan(&transaction)
      for (row, value) in rows { try put(row, value + amount, &transaction) }
      return rows
    case .replace(let condition, let value):
      let rows = try await scan(&transaction)
      for (row, old) in rows where condition.holds(old) {
        if let value {
          try put(row, value, &transaction)
        } else {
          try transaction.delete(Delete(Bytes(utf8: "\(row)")), in: table)
        }
      }
      return rows
    case .rollback: throw RolledBack()
    }
  }

  private func put(
    _ row: Int, _ value: Int, _ transaction: inout Transaction<EmbeddedStore>
  ) throws {
    var put = Put(Bytes(utf8: "\(row)"))
    put.add(family: "data", qualifier: "v", value: Bytes(utf8: "\(value)"))
    try transaction.put(put, in: table)
  }

  private func scan(
    _ transaction: inout Transaction<EmbeddedStore>
  ) async throws -> HermitageOutcome.Reading {
    var cursor = try await transaction.scan(Scan(), in: table)
    var rows: HermitageOutcome.Reading = [:]
    while let row = try await transaction.next(&cursor) {
      guard let number = row.row.utf8String.flatMap({ Int($0) }) else { continue }
      rows[number] = TransactionFixture.value(row)
    }
    return rows
  }

  private func rows() async throws -> [Int: Int] {
    try await fixture.manager.withTransaction { try await scan(&$0) }
  }

  private func reset() async throws {
    try await fixture.manager.withTransaction { transaction in
      for row in 1...4 {
        if let value = HermitageScript.rows[row] {
          try put(row, value, &transaction)
        } else {
          try transaction.delete(Delete(Bytes(utf8: "\(row)")), in: table)
        }
      }
    }
  }

  /// What happens before each turn.
  private func disturb() async throws {
    switch placement {
    case .oneRegion, .twoRegions: return
    case .acrossSplits:
      let regions = try fixture.store.catalog.table(table).regions
      if regions.count == 1 {
        try await fixture.store.split(table: table, at: "2")
      } else {
        _ = try await fixture.store.mergeRegions(regions[0].id, regions[1].id)
      }
    case .flushedAndCompacted: try await fixture.store.compact(table: table)
    }
  }
}
