// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a merge does with a cell.
enum CellFate {
  case keep, drop

  /// A deleted version: kept while a version below it counts it, by the sequence of its delete.
  case keepIfCounted(delete: UInt64)

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
  }

  private let snapshots: [UInt64]
  private let isBottom: Bool
  private(set) var row: [UInt8] = []
  private var column: [UInt8] = []
  private var entries: [Entry] = []
  private var familyDeletes = FamilyDeletes()
  private var isFirst = true

  init(snapshots: [UInt64], isBottom: Bool) {
    self.snapshots = snapshots
    self.isBottom = isBottom
  }

  func isNewColumn(row newRow: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) -> Bool {
    if isFirst { return true }
    let prefix = unsafe CellKey.columnPrefix(key)
    return unsafe column.withUnsafeBytes { unsafe compareBytes($0, prefix) != 0 }
      || row.withUnsafeBytes { unsafe compareBytes($0, newRow) != 0 }
  }

  mutating func enter(row newRow: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
    let isSameRow = unsafe !isFirst && row.withUnsafeBytes { unsafe compareBytes($0, newRow) == 0 }
    if unsafe !isSameRow || column.first != CellKey.family(key) { familyDeletes.removeAll() }
    if !isSameRow {
      row.removeAll(keepingCapacity: true)
      unsafe row.append(contentsOf: newRow)
    }
    column.removeAll(keepingCapacity: true)
    unsafe column.append(contentsOf: CellKey.columnPrefix(key))
    entries.removeAll(keepingCapacity: true)
    isFirst = false
  }

  /// Decides on the next cell of the column.
  mutating func judge(_ key: UnsafeRawBufferPointer, versionsMax: Int) -> CellFate {
    let entry = unsafe Entry(
      timestamp: CellKey.timestamp(key), sequence: CellKey.sequence(key), kind: CellKey.kind(key))
    return entry.kind == CellKind.put.rawValue
      ? judge(put: entry, versionsMax: versionsMax)
      : judge(marker: entry, versionsMax: versionsMax)
  }

  /// Whether nothing older exists and every snapshot, and every one to come, sees what has this sequence.
  private func mayForget(_ sequence: UInt64) -> Bool { isBottom && sequence <= snapshots[0] }

  private mutating func judge(marker: Entry, versionsMax: Int) -> CellFate {
    if marker.kind == CellKind.deleteFamily.rawValue {
      familyDeletes.append(timestamp: marker.timestamp, sequence: marker.sequence)
    } else {
      entries.append(marker)
    }
    guard mayForget(marker.sequence) else { return .keep }
    // Where one version is kept, all that a deleted one pushes out has gone.
    let isCounted = marker.kind == CellKind.deleteVersion.rawValue && versionsMax > 1
    return isCounted ? .keepWithVersion : .drop
  }

  private mutating func judge(put: Entry, versionsMax: Int) -> CellFate {
    // The oldest snapshot that sees it; when only ones to come will, it stays.
    guard let snapshot = snapshots.first(where: { $0 >= put.sequence }) else {
      entries.append(put)
      return .keep
    }
    var rule = ColumnRule(versionsMax: versionsMax)
    var delete: UInt64 = 0
    var newerWrites = 0
    for known in entries where known.sequence <= snapshot {
      guard known.kind == CellKind.put.rawValue else {
        rule.noteDelete(timestamp: known.timestamp, sequence: known.sequence, kind: known.kind)
        if known.kind == CellKind.deleteVersion.rawValue, known.timestamp == put.timestamp {
          delete = known.sequence
        }
        continue
      }
      let verdict = rule.judge(
        timestamp: known.timestamp, sequence: known.sequence,
        familyDelete: familyDeletes.sequence(reaching: known.timestamp, at: snapshot))
      let isAbove = known.timestamp > put.timestamp && verdict != .hidden
      if isAbove, known.sequence > put.sequence { newerWrites += 1 }
    }
    let verdict = rule.judge(
      timestamp: put.timestamp, sequence: put.sequence,
      familyDelete: familyDeletes.sequence(reaching: put.timestamp, at: snapshot))
    switch verdict {
    case .hidden: return .drop
    case .surplus where isBottom || newerWrites >= versionsMax: return .drop
    case .visible, .surplus, .deletedVersion:
      entries.append(put)
      guard verdict == .deletedVersion, mayForget(delete) else { return .keep }
      return versionsMax > 1 ? .keepIfCounted(delete: delete) : .drop
    }
  }
}
