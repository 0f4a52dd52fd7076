// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// What a store must answer to a history: tables as lists of all changes ever made, worked out the slow way.
struct MetamorphicModel {
  static let tables = ["m", "n"]

  static let families = [
    ColumnFamily("a", versionsMax: 1),
    ColumnFamily("b", versionsMax: 3),
    ColumnFamily("c", versionsMax: 2, versionsMin: 1, timeToLive: .microseconds(40)),
    ColumnFamily("d", versionsMax: 2, timeToLive: .microseconds(30)),
  ]

  /// The family that comes and goes.
  static let passing = ColumnFamily("e", versionsMax: 2)

  private struct Snapshot {
    var models: [String: ReadModel]
    var time: Int64
  }

  private var models: [String: ReadModel]
  private var snapshots: [Snapshot] = []
  private var clock: Int64 = 1000
  /// What the store's clock is never behind: it is opened with the greatest timestamp it has assigned.
  private var clockFloor: Int64 = 0
  private(set) var lastTimestamp: Int64 = 0

  init() {
    models = Dictionary(
      uniqueKeysWithValues: Self.tables.map { ($0, ReadModel(Self.families)) })
  }

  private var time: Int64 { max(clock, clockFloor) }

  private var nextTimestamp: Int64 { max(clock, lastTimestamp + 1) }

  func hasPassingFamily(_ table: String) -> Bool { models[table]?.families["e"] != nil }

  /// Makes a step, and returns what the store must answer.
  mutating func perform(_ operation: Operation) -> String {
    if namesUnknownFamily(operation) { return "noSuchFamily" }
    switch operation {
    case .commit(let parts): return commit(parts)
    case .readModifyWrite(let table, let operation): return readModifyWrite(table, operation)
    case .ingest(let table, let rows):
      // Its moment is taken when it begins, whether rows come or not.
      let timestamp = nextTimestamp
      for row in rows { models[table]?.apply(row, assigned: timestamp) }
      lastTimestamp = timestamp
    case .get(let table, let get, let number):
      return read(table, number) { Answer.row(get.row, $0.get(get, at: $1)) }
    case .scan(let table, let scan, let number):
      return read(table, number) { Answer.rows(Self.rows(scan, $0, $1)) }
    case .pin:
      snapshots.append(Snapshot(models: models, time: time))
    case .unpin(let number):
      if !snapshots.isEmpty { snapshots.remove(at: number % snapshots.count) }
    case .advance(let microseconds): clock += Int64(microseconds)
    case .truncate(let table, _):
      models[table]?.remove(.all)
    case .deleteRows(let table, let rows): models[table]?.remove(rows)
    case .addFamily(let table): change(table) { $0.add(Self.passing) }
    case .dropFamily(let table): change(table) { $0.drop(Self.passing.name) }
    case .reopen, .crash, .moveToCheckpoint, .moveToBackup:
      snapshots = []
      clockFloor = max(clockFloor, lastTimestamp)
    case .flush, .compact, .split, .merge, .verify: break
    }
    return ""
  }

  /// So it is in histories that have been shrunk.
  private func namesUnknownFamily(_ operation: Operation) -> Bool {
    func isUnknown(_ operation: CheckAndMutate, _ table: String) -> Bool {
      let names =
        operation.rowMutations.mutations.compactMap(\.family)
        + operation.conditions.map(\.column.family)
      return names.contains { models[table]?.families[$0] == nil }
    }
    func isUnknown(_ columns: ColumnSelection, _ start: Column?, _ table: String) -> Bool {
      let names =
        (columns.families.map { Array($0.keys) } ?? []) + (start.map { [$0.family] } ?? [])
      return names.contains { models[table]?.families[$0] == nil }
    }
    switch operation {
    case .commit(let parts): return parts.contains { isUnknown($0.operation, $0.table) }
    case .readModifyWrite(let table, let operation): return isUnknown(operation, table)
    case .ingest(let table, let rows):
      return rows.contains { isUnknown(CheckAndMutate([], $0), table) }
    case .get(let table, let get, _): return isUnknown(get.columns, get.startingAt, table)
    case .scan(let table, let scan, _): return isUnknown(scan.columns, nil, table)
    default: return false
    }
  }

  private func read(
    _ table: String, _ number: Int?, _ body: (ReadModel, ReadModel.Moment) -> String
  ) -> String {
    let snapshot = number.flatMap { snapshots.isEmpty ? nil : snapshots[$0 % snapshots.count] }
    guard let model = snapshot?.models[table] ?? models[table] else { return "noSuchTable" }
    return body(model, ReadModel.Moment(sequence: model.now, time: snapshot?.time ?? time))
  }

  /// Schemas have no versions: a snapshot knows the families of now.
  private mutating func change(_ table: String, _ body: (inout ReadModel) -> Void) {
    if var model = models[table] {
      body(&model)
      models[table] = model
    }
    for index in snapshots.indices {
      guard var model = snapshots[index].models[table] else { continue }
      body(&model)
      snapshots[index].models[table] = model
    }
  }

  private static func rows(
    _ scan: Scan, _ model: ReadModel, _ moment: ReadModel.Moment
  ) -> [(Bytes, [Cell])] {
    let rows = model.rows.filter { scan.rows.contains($0) }
    var cellsLeft = scan.cellsMax ?? .max
    var found: [(Bytes, [Cell])] = []
    for row in scan.isReversed ? rows.reversed() : rows {
      if found.count >= scan.rowsMax ?? .max { break }
      let get = Get(
        row, columns: scan.columns, versionsMax: scan.versionsMax, cellsMax: scan.cellsPerRowMax,
        filter: scan.filter)
      let cells = Array(model.get(get, at: moment).prefix(cellsLeft))
      cellsLeft -= min(cellsLeft, cells.count)
      if !cells.isEmpty { found.append((row, cells)) }
    }
    return found
  }

  // MARK: Changes

  private func newest(_ column: Column, _ row: Bytes, _ model: ReadModel) -> Cell? {
    model.visible(
      column, ofRow: row, at: ReadModel.Moment(sequence: model.now, time: time)
    ).first
  }

  private func holds(_ condition: Condition, _ row: Bytes, _ model: ReadModel) -> Bool {
    switch condition {
    case .absent(let column): newest(column, row, model) == nil
    case .present(let column): newest(column, row, model) != nil
    case .equals(let column, let value): newest(column, row, model)?.value == value
    case .value(let column, let comparison):
      newest(column, row, model).map { comparison.isMet(by: $0.value) } ?? false
    }
  }

  private mutating func commit(_ parts: [BatchOperation]) -> String {
    for (index, part) in parts.enumerated() {
      guard let model = models[part.table] else { return "noSuchTable" }
      let isMet = part.operation.conditions.allSatisfy { holds($0, part.operation.row, model) }
      if !isMet { return "failed \(index)" }
    }
    if parts.allSatisfy({ $0.operation.rowMutations.mutations.isEmpty }) { return "committed" }
    let timestamp = nextTimestamp
    for part in parts {
      models[part.table]?.apply(part.operation.rowMutations, assigned: timestamp)
    }
    lastTimestamp = timestamp
    return "committed"
  }

  private static func counted(_ mutation: Mutation, _ known: Int64?, _ operand: Int64) -> Int64 {
    switch mutation {
    case .minimum: min(known ?? .max, operand)
    case .maximum: max(known ?? .min, operand)
    default: (known ?? 0) &+ operand
    }
  }

  private mutating func readModifyWrite(_ table: String, _ operation: CheckAndMutate) -> String {
    guard var model = models[table] else { return "noSuchTable" }
    let row = operation.row
    guard operation.conditions.allSatisfy({ holds($0, row, model) }) else { return "failed" }
    let timestamp = nextTimestamp
    var written: [Column: Cell] = [:]
    // The columns whose version of that timestamp has it from the store, and not from the client by chance.
    var assigned: Set<Column> = []
    for mutation in operation.rowMutations.mutations {
      let column: Column
      let value: Bytes
      switch mutation {
      case .increment(let counted, let operand, _), .minimum(let counted, let operand, _),
        .maximum(let counted, let operand, _):
        column = counted
        let known = newest(column, row, model).map { Int64(counterValue: $0.value) }
        if known == .some(.none) { return "invalidArgument" }
        value = Self.counted(mutation, known ?? nil, operand).counterValue
      case .append(let appended, let bytes, _):
        column = appended
        value = Bytes(Array(newest(column, row, model)?.value ?? "") + Array(bytes))
      default:
        model.apply(RowMutations(row, [mutation]), assigned: timestamp)
        guard case .put(let put, let explicit, _, _) = mutation else { continue }
        if explicit == nil {
          assigned.insert(put)
        } else if explicit?.microseconds == timestamp {
          assigned.remove(put)
        }
        continue
      }
      let above = newest(column, row, model)?.timestamp.microseconds ?? 0
      let isAssigned = above < timestamp || (above == timestamp && assigned.contains(column))
      let place = Timestamp(microseconds: isAssigned ? timestamp : above + 1)
      if isAssigned { assigned.insert(column) }
      model.apply(RowMutations(row, [.put(column, timestamp: place, value: value)]))
      written[column] = Cell(column: column, timestamp: place, value: value)
    }
    models[table] = model
    lastTimestamp = timestamp
    return Answer.row(row, written.values.sorted { $0.column < $1.column })
  }
}
