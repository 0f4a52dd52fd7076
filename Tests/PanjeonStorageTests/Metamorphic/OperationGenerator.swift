// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// Draws histories: small tables, few rows and columns, so that everything meets everything.
struct OperationGenerator {
  private var random: SplitMix64
  private let rows: [Bytes] = ["r0", "r1", "r2", "r2\0", "r3", "r4"]
  private let qualifiers: [Bytes] = ["", "q", "q\0", "z"]

  init(_ random: SplitMix64) {
    self.random = random
  }

  /// The next step; what it names exists in the model.
  mutating func next(_ model: MetamorphicModel) -> Operation {
    let table = MetamorphicModel.tables[random.below(2)]
    let last = model.lastTimestamp
    switch random.below(1000) {
    case ..<370: return .commit(batch(model, last))
    case ..<380: return .ingest(table, ingestedRows(model, table, last))
    case ..<460: return .readModifyWrite(table, readModifyWrite(model, table, last))
    case ..<620: return .get(table, get(model, table, last), snapshot: snapshot())
    case ..<760: return .scan(table, scan(model, table, last), snapshot: snapshot())
    case ..<800: return .pin
    case ..<830: return .unpin(random.below(8))
    case ..<890: return .advance(1 + random.below(30))
    case ..<904: return .flush
    case ..<910: return .compact(table, range())
    case ..<935: return .split(table, rows[1 + random.below(5)])
    case ..<955: return .merge(table, random.below(4))
    case ..<960: return .truncate(table, keepsRegions: random.chance(0.5))
    case ..<964: return .deleteRows(table, range())
    case ..<972: return model.hasPassingFamily(table) ? .dropFamily(table) : .addFamily(table)
    case ..<982: return .reopen
    case ..<990: return .crash
    case ..<992: return .moveToCheckpoint
    case ..<994: return .moveToBackup
    default: return .verify
    }
  }

  private mutating func snapshot() -> Int? { random.chance(0.4) ? random.below(8) : nil }

  private mutating func family(_ model: MetamorphicModel, _ table: String) -> String {
    let names = ["a", "b", "c", "d"] + (model.hasPassingFamily(table) ? ["e"] : [])
    return names[random.below(names.count)]
  }

  private mutating func column(_ model: MetamorphicModel, _ table: String) -> Column {
    Column(family: family(model, table), qualifier: qualifiers[random.below(4)])
  }

  private mutating func value() -> Bytes {
    switch random.below(4) {
    case 0: Int64(random.below(1000)).counterValue
    case 1: Bytes([UInt8](repeating: 7, count: random.below(3)))
    default: Bytes([UInt8](repeating: UInt8(random.below(256)), count: random.below(200)))
    }
  }

  /// Of the past, or of a future that the clock does not reach.
  private mutating func timestamp(_ last: Int64) -> Timestamp {
    let distance = Int64(random.below(60))
    return Timestamp(
      microseconds: random.chance(0.03) ? last + 1_000_000 + distance : last - distance)
  }

  // MARK: Changes

  private mutating func batch(_ model: MetamorphicModel, _ last: Int64) -> [BatchOperation] {
    var parts: [BatchOperation] = []
    var seen: Set<String> = []
    for _ in 0..<(random.chance(0.7) ? 1 : 1 + random.below(4)) {
      let table = MetamorphicModel.tables[random.below(2)]
      let row = rows[random.below(rows.count)]
      guard seen.insert("\(table)/\(row)").inserted else { continue }
      let changes = (0..<(random.chance(0.05) ? 0 : 1 + random.below(4))).map { _ in
        mutation(model, table, last)
      }
      let conditions = random.chance(0.3) ? [condition(model, table)] : []
      parts.append(
        BatchOperation(
          table: table, operation: CheckAndMutate(conditions, RowMutations(row, changes))))
    }
    return parts
  }

  private mutating func ingestedRows(
    _ model: MetamorphicModel, _ table: String, _ last: Int64
  ) -> [RowMutations] {
    var ingested: [RowMutations] = []
    for row in rows where random.chance(0.5) {
      var columns: Set<Column> = []
      for _ in 0..<(1 + random.below(3)) { columns.insert(column(model, table)) }
      ingested.append(RowMutations(row, columns.sorted().map { put($0, last) }))
    }
    return ingested
  }

  private mutating func put(_ column: Column, _ last: Int64) -> Mutation {
    .put(
      column, timestamp: random.chance(0.5) ? timestamp(last) : nil, value: value(),
      timeToLive: random.chance(0.2) ? .microseconds(1 + random.below(80)) : nil)
  }

  private mutating func mutation(
    _ model: MetamorphicModel, _ table: String, _ last: Int64
  ) -> Mutation {
    let column = column(model, table)
    let upTo = random.chance(0.4) ? nil : timestamp(last)
    switch random.below(16) {
    case 0: return .deleteRow(upTo: upTo)
    case 1: return .deleteFamily(column.family, upTo: upTo)
    case 2: return .deleteFamilyVersion(column.family, timestamp: timestamp(last))
    case 3, 4: return .deleteColumn(column, upTo: upTo)
    case 5: return .deleteVersion(column, timestamp: timestamp(last))
    default: return put(column, last)
    }
  }

  private mutating func condition(_ model: MetamorphicModel, _ table: String) -> Condition {
    let column = column(model, table)
    switch random.below(4) {
    case 0: return .absent(column)
    case 1: return .present(column)
    case 2: return .value(column, .bytes(.less, value()))
    default: return .value(column, .integer(.greaterOrEqual, Int64(random.below(1000))))
    }
  }

  private mutating func readModifyWrite(
    _ model: MetamorphicModel, _ table: String, _ last: Int64
  ) -> CheckAndMutate {
    var mutations = RowMutations(rows[random.below(rows.count)])
    for _ in 0..<(1 + random.below(3)) {
      let column = column(model, table)
      switch random.below(7) {
      case 5: mutations.mutations.append(.minimum(column, Int64(random.below(9)) - 4))
      case 6: mutations.mutations.append(.maximum(column, Int64(random.below(9)) - 4))
      case 0, 1: mutations.mutations.append(.increment(column, by: Int64(random.below(9)) - 4))
      case 2: mutations.mutations.append(.append(column, Bytes([UInt8(random.below(256))])))
      default: mutations.mutations.append(mutation(model, table, last))
      }
    }
    return CheckAndMutate(
      random.chance(0.2) ? [condition(model, table)] : [], mutations)
  }

  // MARK: Reads

  private mutating func columns(_ model: MetamorphicModel, _ table: String) -> ColumnSelection {
    var selection = ColumnSelection()
    switch random.below(5) {
    case 0: selection.add(family: family(model, table))
    case 1:
      for _ in 0..<(1 + random.below(3)) {
        let column = column(model, table)
        selection.add(family: column.family, qualifier: column.qualifier)
      }
    case 2:
      selection.add(family: family(model, table), qualifiers: KeyRange(from: "q", to: "z"))
    default: break
    }
    return selection
  }

  private mutating func filter() -> Filter? {
    random.chance(0.4) ? ModelFilter.random(&random) : nil
  }

  private mutating func get(
    _ model: MetamorphicModel, _ table: String, _ last: Int64
  ) -> Get {
    Get(
      rows[random.below(rows.count)], columns: columns(model, table),
      versionsMax: 1 + random.below(4), cellsMax: random.chance(0.2) ? 1 + random.below(4) : nil,
      filter: filter(), startingAt: random.chance(0.1) ? column(model, table) : nil)
  }

  private mutating func range() -> KeyRange {
    let stop = random.chance(0.5) ? nil : rows[random.below(rows.count)]
    return .inOrder(random.chance(0.5) ? "" : rows[random.below(rows.count)], stop)
  }

  private mutating func scan(
    _ model: MetamorphicModel, _ table: String, _ last: Int64
  ) -> Scan {
    Scan(
      range(),
      columns: columns(model, table), versionsMax: 1 + random.below(4),
      rowsMax: random.chance(0.2) ? random.below(4) : nil,
      cellsPerRowMax: random.chance(0.2) ? 1 + random.below(4) : nil,
      cellsMax: random.chance(0.1) ? 1 + random.below(9) : nil,
      cellsPerBatchMax: random.chance(0.3) ? 1 + random.below(3) : nil, filter: filter(),
      isReversed: random.chance(0.5))
  }
}
