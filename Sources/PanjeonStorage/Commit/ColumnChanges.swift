// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// One column's versions, and the changes that a batch makes to them before it reads them: judged by the rule of all reads.
struct ColumnChanges {
  private struct Change {
    /// Nil: the one that the store will assign.
    var timestamp: Int64?
    var sequence: UInt64
    var kind: CellKind
    var value = Bytes()
    var life = StoredPut.Life.unlimited
  }

  private let retention: VersionRetention
  private let time: ReadMoment.Time
  /// A timestamp below the one that the store will assign.
  private let lastTimestamp: Int64
  private var changes: [Change] = []
  private var familyDeletes = FamilyDeletes()
  private var sequence: UInt64

  /// Begins with a column that has no version.
  init(_ retention: VersionRetention, at moment: ReadMoment, lastTimestamp: Int64) {
    self.retention = retention
    self.lastTimestamp = lastTimestamp
    time = moment.time
    sequence = moment.sequence
  }

  /// Adds a version that the row has.
  mutating func insert(_ value: StoredValue) {
    let bytes = unsafe Bytes(Array(value.bytes))
    changes.append(
      Change(
        timestamp: value.timestamp, sequence: value.put.sequence, kind: .put, value: bytes,
        life: value.put.life))
  }

  /// Adds a version that the batch puts.
  mutating func put(_ timestamp: Int64?, _ value: Bytes, timeToLive: Duration? = nil) {
    sequence += 1
    var life = StoredPut.Life.unlimited
    if let microseconds = timeToLive?.microsecondsToLive {
      let (end, overflow) = (timestamp ?? lastTimestamp + 1)
        .addingReportingOverflow(microseconds)
      life = overflow || end > time.microseconds ? .running : .ended
    }
    changes.append(
      Change(timestamp: timestamp, sequence: sequence, kind: .put, value: value, life: life))
  }

  /// Makes a change of the batch, if it concerns the column.
  mutating func apply(_ mutation: Mutation, to column: Column) {
    switch mutation {
    case .put(column, let timestamp, let value, let timeToLive):
      put(timestamp?.microseconds, value, timeToLive: timeToLive)
    case .deleteVersion(column, let timestamp): mark(timestamp.microseconds, .deleteVersion)
    case .deleteColumn(column, let upTo): mark(upTo?.microseconds ?? .max, .deleteColumn)
    case .deleteFamily(column.family, let upTo): mark(upTo?.microseconds ?? .max, .deleteFamily)
    case .deleteFamilyVersion(column.family, let timestamp):
      mark(timestamp.microseconds, .deleteFamilyVersion)
    case .deleteRow(let upTo) where column.family != ColumnFamily.lockFamilyName:
      mark(upTo?.microseconds ?? .max, .deleteFamily)
    default: break
    }
  }

  private mutating func mark(_ timestamp: Int64, _ kind: CellKind) {
    sequence += 1
    if kind.isOfFamily {
      familyDeletes.append(timestamp: timestamp, sequence: sequence, kind: kind.rawValue)
    } else {
      changes.append(Change(timestamp: timestamp, sequence: sequence, kind: kind))
    }
  }

  /// The newest visible version.
  ///
  /// - Returns: It, with no timestamp when the store will assign one; nil when there is none.
  func newest() -> (timestamp: Int64?, value: Bytes)? {
    func place(_ change: Change) -> Int64 { change.timestamp ?? (lastTimestamp + 1) }
    let ordered = changes.sorted {
      (place($0), $0.sequence) > (place($1), $1.sequence)
    }
    var rule = ColumnRule(retention, aliveFrom: retention.aliveFrom(time.microseconds))
    for change in ordered {
      let timestamp = place(change)
      guard change.kind == .put else {
        rule.noteDelete(
          timestamp: timestamp, sequence: change.sequence, kind: change.kind.rawValue)
        continue
      }
      let put = StoredPut(timestamp: timestamp, sequence: change.sequence, life: change.life)
      let effect = familyDeletes.effect(onTimestamp: timestamp, sequence: change.sequence)
      if rule.judge(put, family: effect) == .visible { return (change.timestamp, change.value) }
    }
    return nil
  }
}
