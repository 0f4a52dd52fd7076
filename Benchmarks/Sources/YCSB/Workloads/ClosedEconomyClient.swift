// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

final class ClosedEconomyClient: WorkloadClient {
  private let workload: ClosedEconomy
  private var chooser: KeyChooser
  private var random: SplitMix64

  init(_ workload: ClosedEconomy, chooser: KeyChooser, seed: UInt64) {
    self.workload = workload
    self.chooser = chooser
    random = SplitMix64(seed: seed)
  }

  private static func write(_ key: [UInt8], dollars: Int64) -> RowWrite {
    var write = RowWrite(key)
    write.values.append(field: 0, value: String(dollars).utf8)
    return write
  }

  private func chosenKey() -> [UInt8] { workload.key(chooser.next(&random)) }

  func load(_ client: any EngineClient, _ moment: Moment) async throws {
    let share = workload.totalCash / Int64(workload.options.recordCount)
    var values = FieldValues()
    values.append(field: 0, value: String(share).utf8)
    for field in 1..<max(1, workload.options.fieldCount) {
      RecordContents.appendRandom(
        workload.options.fieldLength.next(&random), to: &values.bytes, &random)
      values.endValue(of: field)
    }
    let key = workload.key(workload.core.loaded.next())
    let start = Clock.now()
    moment.record(.insert, from: start, try await client.insert(key, values))
  }

  func operate(_ client: any EngineClient, _ moment: Moment) async throws {
    switch workload.core.operations.next(&random) {
    case .read, .scan: try await read(client, moment)
    case .update: try await deposit(client, moment)
    case .insert:
      // As many are closed as are opened, so that the economy stays as large as it is.
      if Bool.random(using: &random) {
        try await open(client, moment)
      } else {
        try await close(client, moment)
      }
    case .readModifyWrite: try await transfer(client, moment)
    }
  }

  private func read(_ client: any EngineClient, _ moment: Moment) async throws {
    var plan = TransactionPlan()
    plan.isReadOnly = true
    plan.reads = [RowRead(chosenKey(), .fields([0]))]
    let start = Clock.now()
    _ = try await client.transact(plan)
    moment.record(.read, from: start, .ok)
  }

  private func deposit(_ client: any EngineClient, _ moment: Moment) async throws {
    guard workload.takeFromPool() else { return try await read(client, moment) }
    let key = chosenKey()
    let isDone = Outcome()
    var plan = TransactionPlan()
    plan.reads = [RowRead(key, .fields([0]))]
    plan.decide = { rows in
      let held = rows[0].value(0).flatMap(ClosedEconomy.dollars)
      isDone.set(held == nil ? 0 : 1)
      return held.map { [Self.write(key, dollars: $0 + 1)] } ?? []
    }
    let start = Clock.now()
    let retries = try await client.transact(plan)
    if isDone.value == 0 { workload.giveToPool(1) }
    moment.record(.update, from: start, .ok, retries: retries)
  }

  private func open(_ client: any EngineClient, _ moment: Moment) async throws {
    guard workload.takeFromPool() else { return try await read(client, moment) }
    let write = Self.write(workload.key(workload.nextAccount.next()), dollars: 1)
    var plan = TransactionPlan()
    plan.decide = { _ in [write] }
    let start = Clock.now()
    let retries = try await client.transact(plan)
    moment.record(.insert, from: start, .ok, retries: retries)
  }

  private func close(_ client: any EngineClient, _ moment: Moment) async throws {
    let key = chosenKey()
    let held = Outcome()
    var plan = TransactionPlan()
    plan.reads = [RowRead(key, .fields([0]))]
    plan.decide = { rows in
      held.set(rows[0].value(0).flatMap(ClosedEconomy.dollars) ?? 0)
      guard rows[0].value(0) != nil else { return [] }
      var write = RowWrite(key)
      write.isDelete = true
      return [write]
    }
    let start = Clock.now()
    let retries = try await client.transact(plan)
    workload.giveToPool(held.value)
    moment.record(.delete, from: start, .ok, retries: retries)
  }

  private func transfer(_ client: any EngineClient, _ moment: Moment) async throws {
    let from = chosenKey()
    var to = chosenKey()
    while to == from { to = chosenKey() }
    let target = to
    var plan = TransactionPlan()
    plan.reads = [RowRead(from, .fields([0])), RowRead(target, .fields([0]))]
    plan.decide = { rows in
      guard let rich = rows[0].value(0).flatMap(ClosedEconomy.dollars), rich > 0,
        let poor = rows[1].value(0).flatMap(ClosedEconomy.dollars)
      else { return [] }
      return [Self.write(from, dollars: rich - 1), Self.write(target, dollars: poor + 1)]
    }
    let start = Clock.now()
    let retries = try await client.transact(plan)
    moment.record(.readModifyWrite, from: start, .ok, retries: retries)
  }
}

/// What the last attempt of a transaction came to: the one that committed.
private final class Outcome: Sendable {
  private let number = Atomic<Int64>(0)

  func set(_ value: Int64) { number.store(value, ordering: .relaxed) }

  var value: Int64 { number.load(ordering: .relaxed) }
}
