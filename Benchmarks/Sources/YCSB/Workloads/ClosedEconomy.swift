// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// The closed economy: accounts between which money moves, and a validation that none was made or lost.
///
/// Dey, Fekete, Nambiar and Röhm, "YCSB+T", ICDE workshops 2014. Each operation is a transaction. Reads look at
/// an account; updates give it a dollar from a pool that the clients hold, inserts open an account with one,
/// deletes close an account and give what it held back to the pool; read-modify-writes move a dollar from one
/// account to another. The validation sums all accounts and the pool; the anomaly score is the difference to
/// the sum before the run, divided by the number of operations, and zero for a serializable store.
package final class ClosedEconomy: Workload {
  let core: CoreWorkload
  let options: CoreOptions
  let totalCash: Int64
  /// Money outside the accounts, in dollars.
  let pool: Atomic<Int64>
  let nextAccount: SharedCounter
  /// All money, counted before the first run.
  private let cashBefore = Mutex<Int64?>(nil)

  package init(_ properties: Properties) throws(UsageError) {
    var adapted = properties
    if properties["readproportion"] == nil { adapted["readproportion"] = "0.4" }
    if properties["updateproportion"] == nil { adapted["updateproportion"] = "0.1" }
    if properties["insertproportion"] == nil { adapted["insertproportion"] = "0.05" }
    if properties["readmodifywriteproportion"] == nil {
      adapted["readmodifywriteproportion"] = "0.45"
    }
    core = try CoreWorkload(adapted)
    options = core.options
    guard options.scanProportion == 0 else {
      throw UsageError("scanproportion: the closed economy has no scans")
    }
    let accounts = max(1, options.recordCount)
    totalCash = Int64(try properties.integer("totalcash", default: accounts * 1000))
    guard totalCash >= Int64(accounts) else {
      throw UsageError(
        "totalcash=\(totalCash): less than a dollar for each of \(accounts) accounts")
    }
    pool = Atomic(totalCash - Int64(accounts) * (totalCash / Int64(accounts)))
    nextAccount = SharedCounter(Int64(accounts))
  }

  package var loadCount: Int { core.loadCount }
  package var recordCount: Int { core.recordCount }
  package var isTransactional: Bool { true }

  package func makeClient(_ index: Int, seed: UInt64) throws -> any WorkloadClient {
    guard let chooser = core.chooser, options.recordCount >= 2 else {
      throw UsageError("recordcount=\(options.recordCount): the closed economy needs 2 or more")
    }
    return ClosedEconomyClient(self, chooser: chooser, seed: seed)
  }

  /// Takes a dollar out of the pool, if there is one.
  func takeFromPool() -> Bool {
    while true {
      let now = pool.load(ordering: .relaxed)
      if now <= 0 { return false }
      if pool.compareExchange(expected: now, desired: now - 1, ordering: .relaxed).exchanged {
        return true
      }
    }
  }

  func giveToPool(_ dollars: Int64) {
    pool.add(dollars, ordering: .relaxed)
  }

  package func prepare(_ client: any EngineClient) async throws {
    guard cashBefore.withLock({ $0 }) == nil else { return }
    let found = try await count(client)
    let cash = found.dollars + pool.load(ordering: .relaxed)
    cashBefore.withLock { $0 = cash }
    nextAccount.raise(to: found.end)
  }

  package func validate(
    _ client: any EngineClient, operations: Int
  ) async throws -> Validation? {
    let found = try await count(client)
    let cash = found.dollars + pool.load(ordering: .relaxed)
    let before = cashBefore.withLock { $0 } ?? totalCash
    return Validation(
      isPassed: cash == before && found.accounts > 0,
      lines: [
        ("TOTAL CASH", Double(before)), ("COUNTED CASH", Double(cash)),
        ("ACCOUNTS", Double(found.accounts)), ("ACTUAL OPERATIONS", Double(operations)),
        ("ANOMALY SCORE", Double(abs(before - cash)) / Double(max(1, operations))),
      ])
  }

  /// Sums all accounts, and finds the number behind the last one: no page beyond it has any.
  private func count(
    _ client: any EngineClient
  ) async throws -> (dollars: Int64, accounts: Int, end: Int64) {
    let tally = Tally()
    var number: Int64 = 0
    var end = Int64(options.recordCount)
    while number < end {
      var plan = TransactionPlan()
      plan.isReadOnly = true
      plan.reads = (number..<(number + 256)).map { RowRead(key($0), .fields([0])) }
      let first = number
      plan.decide = { rows in
        tally.page(first, rows.map { $0.value(0).flatMap(Self.dollars) })
        return []
      }
      _ = try await client.transact(plan)
      number += 256
      end = max(end, tally.total.end + 256)
    }
    let total = tally.total
    return (total.dollars, total.accounts, max(total.end, Int64(options.recordCount)))
  }

  /// What the pages so far came to.
  private final class Tally: Sendable {
    private let state = Mutex((dollars: 0 as Int64, accounts: 0, end: 0 as Int64))

    func page(_ first: Int64, _ accounts: [Int64?]) {
      state.withLock { state in
        for (offset, dollars) in accounts.enumerated() {
          guard let dollars else { continue }
          state.dollars += dollars
          state.accounts += 1
          state.end = first + Int64(offset) + 1
        }
      }
    }

    var total: (dollars: Int64, accounts: Int, end: Int64) { state.withLock { $0 } }
  }

  func key(_ number: Int64) -> [UInt8] {
    var key: [UInt8] = []
    options.appendKey(of: number, to: &key)
    return key
  }

  static func dollars(_ value: [UInt8]) -> Int64? {
    Int64(String(decoding: value, as: UTF8.self))
  }
}
