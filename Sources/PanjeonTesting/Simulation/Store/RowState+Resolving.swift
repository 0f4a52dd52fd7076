// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

extension RowState {
  /// Makes the changes of a row in their order, and resolves those that depend on what it holds.
  ///
  /// - Parameters:
  ///   - rowMutations: The changes.
  ///   - schema: The table's.
  ///   - moment: Sequence, timestamp and time of the batch; the sequence grows with each change.
  ///   - limits: What a value may be.
  /// - Returns: The cells that increments and the like have become.
  /// - Throws: `invalidArgument` for a value that is no integer or a sum that leaves 64 bits; `limitExceeded`.
  mutating func apply(
    _ rowMutations: RowMutations, _ schema: TableSchema, _ moment: inout BatchMoment,
    _ limits: StoreLimits
  ) throws(StoreError) -> [Cell] {
    var written: [Cell] = []
    for mutation in rowMutations.mutations {
      moment.sequence += 1
      guard let rule = ReadModifyWriteRule(mutation) else {
        apply(mutation, sequence: moment.sequence, assigned: moment.timestamp)
        continue
      }
      let newest = visible(rule.column, schema, time: moment.time).first
      let value = try rule.apply(to: newest?.value)
      try limits.check(value: value)
      var timestamp = rule.timestamp?.microseconds ?? moment.timestamp
      if let known = newest?.timestamp.microseconds, known > timestamp {
        if known == .max {
          throw StoreError(
            .invalidArgument, "the newest version of '\(rule.column)' has the greatest timestamp")
        }
        timestamp = known + 1
      }
      let cell = Cell(
        column: rule.column, timestamp: Timestamp(microseconds: timestamp), value: value)
      apply(
        .put(cell.column, timestamp: cell.timestamp, value: value), sequence: moment.sequence,
        assigned: moment.timestamp)
      written.removeAll { $0.column == cell.column }
      written.append(cell)
    }
    return written.sorted { $0.column < $1.column }
  }
}

/// What the changes of one batch are stamped with.
struct BatchMoment {
  /// The sequence of the last change.
  var sequence: UInt64
  /// The timestamp of puts that have none, in microseconds.
  var timestamp: Int64
  /// By which times to live are judged, in microseconds.
  var time: Int64
}
