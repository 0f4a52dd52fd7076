// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a merge does with a cell.
enum CellFate {
  case keep, drop

  /// A version that is deleted or has expired: kept while a version below it counts it.
  ///
  /// That is one written before `bound`. With a `delete` of the whole family behind it that is dropped, one of its column
  /// takes its place.
  case keepIfCounted(before: UInt64, delete: UInt64?)

  /// The delete of one version: kept if that version is.
  case keepWithVersion

  var isConditional: Bool {
    switch self {
    case .keep, .drop: false
    case .keepIfCounted, .keepWithVersion: true
    }
  }
}

/// What a merge has seen of the present column, and the deletes of the present family.
struct ColumnHistory {
  private struct Entry {
    var timestamp: Int64
    var sequence: UInt64
    var kind: UInt8
    /// When a put's own time to live ends; nil: it has none.
    var end: Int64?

    func put(at time: Int64) -> StoredPut {
      let life = end.map { $0 > time ? StoredPut.Life.running : .ended } ?? .unlimited
      return StoredPut(timestamp: timestamp, sequence: sequence, life: life)
    }
  }

  private let moments: [PinnedMoment]
  private let isBottom: Bool
  private(set) var row: [UInt8] = []
  private var column: [UInt8] = []
  private var entries: [Entry] = []
  private var familyDeletes = FamilyDeletes()
  /// Whether it is of a row.
  private var isInRow = false

  init(moments: [PinnedMoment], isBottom: Bool) {
    self.moments = moments
    self.isBottom = isBottom
  }

  /// Whether it is of this row.
  func isIn(_ other: UnsafeRawBufferPointer) -> Bool {
    unsafe isInRow && row.withUnsafeBytes { unsafe compareBytes($0, other) == 0 }
  }

  /// Whether a cell of its row is of another column.
  func isNewColumn(_ key: UnsafeRawBufferPointer) -> Bool {
    let prefix = unsafe CellKey.columnPrefix(key)
    return unsafe column.withUnsafeBytes { unsafe compareBytes($0, prefix) != 0 }
  }

  /// Forgets the row.
  mutating func leaveRow() {
    isInRow = false
  }

  /// Comes to another column, of its row or, once it has left that, of another.
  mutating func enter(row newRow: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
    if unsafe !isInRow || column.first != CellKey.family(key) { familyDeletes.removeAll() }
    if !isInRow {
      row.removeAll(keepingCapacity: true)
      unsafe row.append(contentsOf: newRow)
      isInRow = true
    }
    column.removeAll(keepingCapacity: true)
    unsafe column.append(contentsOf: CellKey.columnPrefix(key))
    entries.removeAll(keepingCapacity: true)
  }

  /// Decides on the next cell of the column, of which nothing is kept when no family has its number any more.
  mutating func judge(
    _ key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, _ retention: VersionRetention?
  ) -> CellFate {
    guard let retention else { return .drop }
    var entry = unsafe Entry(
      timestamp: CellKey.timestamp(key), sequence: CellKey.sequence(key), kind: CellKey.kind(key))
    if entry.kind == CellKind.expiringPut.rawValue {
      entry.end = unsafe ExpiringValue.end(timestamp: entry.timestamp, value)
    }
    return CellKind.isPut(entry.kind)
      ? judge(put: entry, retention) : judge(marker: entry, versionsMax: retention.versionsMax)
  }

  /// Whether nothing older exists and every snapshot, and every one to come, sees what has this sequence.
  private func mayForget(_ sequence: UInt64) -> Bool { isBottom && sequence <= moments[0].sequence }

  private mutating func judge(marker: Entry, versionsMax: Int) -> CellFate {
    let isOfColumn = column[1] == CellKey.columnPart
    if isOfColumn {
      entries.append(marker)
    } else {
      familyDeletes.append(
        timestamp: marker.timestamp, sequence: marker.sequence, kind: marker.kind)
    }
    guard mayForget(marker.sequence) else { return .keep }
    // Where one version is kept, all that a deleted one pushes out has gone.
    let isCounted = marker.kind == CellKind.deleteVersion.rawValue && versionsMax > 1
    return isCounted ? .keepWithVersion : .drop
  }

  private mutating func judge(put: Entry, _ retention: VersionRetention) -> CellFate {
    // The oldest snapshot that sees it; when only ones to come will, it stays.
    guard let moment = moments.first(where: { $0.sequence >= put.sequence }) else {
      entries.append(put)
      return .keep
    }
    var rule = ColumnRule(retention, aliveFrom: retention.aliveFrom(moment.time))
    var columnDelete: UInt64 = 0
    var newerWrites = 0
    for known in entries where known.sequence <= moment.sequence {
      guard CellKind.isPut(known.kind) else {
        rule.noteDelete(timestamp: known.timestamp, sequence: known.sequence, kind: known.kind)
        if known.kind == CellKind.deleteVersion.rawValue, known.timestamp == put.timestamp {
          columnDelete = known.sequence
        }
        continue
      }
      let verdict = rule.judge(known.put(at: moment.time), family: effect(on: known, moment))
      let isAbove = known.timestamp > put.timestamp && verdict != .hidden
      if isAbove, known.sequence > put.sequence { newerWrites += 1 }
    }
    let family = effect(on: put, moment)
    let verdict = rule.judge(put.put(at: moment.time), family: family)
    let delete = ColumnRule.first(columnDelete, family.versionDelete, after: put.sequence)
    switch verdict {
    case .hidden: return .drop
    case .surplus where isBottom || newerWrites >= rule.versionsKept(put.timestamp): return .drop
    case .visible, .surplus:
      entries.append(put)
      return .keep
    case .deletedVersion:
      entries.append(put)
      guard mayForget(delete) else { return .keep }
      return fate(
        of: put, goneBy: delete, familyDelete: delete == columnDelete ? nil : delete, retention)
    case .expired:
      entries.append(put)
      return mayForget(put.sequence)
        ? fate(of: put, goneBy: put.sequence, familyDelete: nil, retention) : .keep
    }
  }

  /// The fate of a version that no read finds any more, now or later, but that may still be counted.
  private func fate(
    of put: Entry, goneBy sequence: UInt64, familyDelete: UInt64?, _ retention: VersionRetention
  ) -> CellFate {
    if retention.versionsMax == 1 { return .drop }
    return .keepIfCounted(
      before: put.end == nil ? sequence : put.sequence, delete: familyDelete)
  }

  private func effect(on put: Entry, _ moment: PinnedMoment) -> FamilyDeletes.Effect {
    if familyDeletes.isEmpty { return FamilyDeletes.Effect() }
    return familyDeletes.effect(
      onTimestamp: put.timestamp, sequence: put.sequence, at: moment.sequence)
  }
}
