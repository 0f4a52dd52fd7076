// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// Draws calls of a store: few rows, columns and timestamps, so that everything meets everything.
struct StoreCallGenerator {
  var random: SplitMix64

  private static let families = ["a", "b", "c"]
  private static let qualifiers: [Bytes] = ["", "q", "q\0", "z"]

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  private mutating func row() -> RowKey { Bytes(utf8: "r\(random.below(5))") }

  /// A column, now and then of a family that the table does not have.
  ///
  /// Of changes none: which of several things is wrong with them is said in an order of the store's own.
  private mutating func column(isKnown: Bool = false) -> Column {
    let family = !isKnown && random.chance(0.02) ? "none" : Self.families[random.below(3)]
    return Column(family: family, qualifier: Self.qualifiers[random.below(4)])
  }

  private mutating func timestamp(_ now: Int64) -> Timestamp {
    Timestamp(microseconds: now - 4 + Int64(random.below(8)))
  }

  private mutating func value() -> Bytes {
    random.chance(0.4)
      ? Int64(random.below(1000)).counterValue
      : Bytes(repeating(random.below(4), 1 + random.below(3)))
  }

  private func repeating(_ value: Int, _ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(value), count: count)
  }

  private mutating func range() -> KeyRange {
    let (one, other) = (row(), row())
    if random.chance(0.2) { return .all }
    return KeyRange(from: min(one, other), to: random.chance(0.2) ? nil : max(one, other))
  }

  mutating func batch(in table: String, now: Int64, hasSnapshot: Bool) -> AtomicBatch {
    var batch = AtomicBatch()
    for _ in 0..<random.below(4) {
      let conditions = (0..<random.below(3)).map { _ in condition() }
      var mutations = (0..<random.below(4)).map { _ in mutation(now) }
      if table == "locked", random.chance(0.7) {
        let lock = Column(family: "!lock!", qualifier: "header")
        mutations.append(.put(lock, timestamp: timestamp(now), value: value()))
      }
      batch.operations.append(
        BatchOperation(
          table: table, operation: CheckAndMutate(conditions, RowMutations(row(), mutations))))
    }
    if hasSnapshot || random.chance(0.1) {
      for _ in 0..<random.below(3) {
        batch.unchangedRanges.append(UnchangedRange(table: table, rows: range()))
      }
    }
    return batch
  }

  private mutating func condition() -> Condition {
    switch random.below(8) {
    case 0, 1, 2: .absent(column())
    case 3, 4: .present(column())
    case 5, 6: .equals(column(), value())
    default: .value(column(), .bytes(.greater, value()))
    }
  }

  /// A change; what is put has a timestamp, since those that a store assigns are its own affair.
  private mutating func mutation(_ now: Int64) -> Mutation {
    let time = timestamp(now)
    let upTo: Timestamp? = random.chance(0.3) ? nil : time
    switch random.below(16) {
    case 0: return .deleteRow(upTo: upTo)
    case 1: return .deleteFamily(column(isKnown: true).family, upTo: upTo)
    case 2: return .deleteColumn(column(isKnown: true), upTo: upTo)
    case 3, 4: return .deleteVersion(column(isKnown: true), timestamp: timestamp(now))
    case 5: return .deleteFamilyVersion(column(isKnown: true).family, timestamp: timestamp(now))
    case 6: return .increment(column(isKnown: true), by: 3, timestamp: time)
    case 7: return .append(column(isKnown: true), value(), timestamp: time)
    case 8: return .minimum(column(isKnown: true), 100, timestamp: time)
    default:
      return .put(
        column(isKnown: true), timestamp: time, value: value(),
        timeToLive: random.chance(0.2) ? .microseconds(1 + random.below(5)) : nil)
    }
  }

  mutating func readModifyWrite(now: Int64) -> CheckAndMutate {
    let mutations = (0..<(1 + random.below(3))).map { _ in mutation(now) }
    return CheckAndMutate(random.chance(0.5) ? [condition()] : [], RowMutations(row(), mutations))
  }

  private mutating func selection() -> ColumnSelection {
    var columns = ColumnSelection()
    if random.chance(0.5) { return columns }
    for _ in 0...random.below(3) {
      let column = column()
      switch random.below(3) {
      case 0: columns.add(family: column.family)
      case 1: columns.add(family: column.family, qualifiers: KeyRange(from: column.qualifier))
      default: columns.add(family: column.family, qualifier: column.qualifier)
      }
    }
    return columns
  }

  private mutating func filter() -> Filter? {
    switch random.below(6) {
    case 0: .value(.bytes(.greater, value()))
    case 1: .any([.qualifier(.prefix("q")), .family(.bytes(.equal, "b"))])
    case 2: .not(.row(.bytes(.equal, row())))
    default: nil
    }
  }

  mutating func get() -> Get {
    Get(
      row(), columns: selection(), versionsMax: 1 + random.below(4),
      cellsMax: random.chance(0.3) ? random.below(4) : nil, filter: filter(),
      startingAt: random.chance(0.2) ? column() : nil)
  }

  mutating func scan() -> Scan {
    Scan(
      range(), columns: selection(), versionsMax: 1 + random.below(4),
      rowsMax: random.chance(0.2) ? random.below(4) : nil,
      cellsPerRowMax: random.chance(0.2) ? random.below(4) : nil,
      cellsMax: random.chance(0.2) ? random.below(8) : nil,
      cellsPerBatchMax: random.chance(0.2) ? 1 + random.below(3) : nil, filter: filter(),
      isReversed: random.chance(0.3))
  }
}
