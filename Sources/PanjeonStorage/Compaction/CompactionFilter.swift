// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Leaves out of a merge what no read can see any more, now or later.
///
/// A put may go when the oldest snapshot that lets it through finds it hidden: every later one then does, because
/// deletes stay, a deleted version keeps its place, and what replaces a version is newer still. A marker may go
/// at the bottom, where nothing older lies beneath, once every snapshot sees it. Judged by ``ColumnRule``, as reads
/// are.
package struct CompactionFilter: Sendable {
  private let snapshots: [UInt64]
  private let layout: FamilyLayout
  private let isBottom: Bool

  /// Creates a filter.
  ///
  /// - Parameters:
  ///   - snapshots: The sequences that are read at, ascending; the last is the present.
  ///   - layout: The table's families.
  ///   - isBottom: Whether no older cell of these rows exists outside the merge.
  package init(snapshots: [UInt64], layout: FamilyLayout, isBottom: Bool) {
    precondition(!snapshots.isEmpty, "the present is always read at")
    self.snapshots = snapshots
    self.layout = layout
    self.isBottom = isBottom
  }

  package typealias Emit = (
    _ row: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) throws(StoreError) -> Void

  /// Passes on what is to be kept of a cursor that stands at its first cell.
  package func run(_ cursor: CellCursor, _ emit: Emit) throws(StoreError) {
    var history = ColumnHistory(snapshots: snapshots)
    while cursor.isValid {
      let key = unsafe cursor.key
      unsafe history.enter(row: cursor.row, key: key)
      let isKept: Bool
      if unsafe CellKey.kind(key) == CellKind.put.rawValue {
        isKept = unsafe history.keepsPut(
          key, versionsMax: layout.versionsMax(CellKey.family(key)), isBottom: isBottom)
      } else {
        isKept = unsafe history.keepsMarker(key, isBottom: isBottom)
      }
      if isKept { try unsafe emit(cursor.row, key, cursor.value) }
      try cursor.next()
    }
  }
}

/// What has been kept of the present column, and the deletes of the present family.
private struct ColumnHistory {
  private struct Entry {
    var timestamp: Int64
    var sequence: UInt64
    var kind: UInt8
  }

  private let snapshots: [UInt64]
  private var row: [UInt8] = []
  private var column: [UInt8] = []
  private var family: UInt8 = 0
  private var entries: [Entry] = []
  private var familyDeletes = FamilyDeletes()
  private var isFirst = true

  init(snapshots: [UInt64]) {
    self.snapshots = snapshots
  }

  mutating func enter(row newRow: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {
    let isSameRow = unsafe !isFirst && row.withUnsafeBytes { unsafe compareBytes($0, newRow) == 0 }
    if !isSameRow { row = unsafe Array(newRow) }
    if unsafe !isSameRow || family != CellKey.family(key) { familyDeletes.removeAll() }
    family = unsafe CellKey.family(key)
    let prefix = unsafe CellKey.columnPrefix(key)
    let isSameColumn =
      unsafe isSameRow && column.withUnsafeBytes { unsafe compareBytes($0, prefix) == 0 }
    if !isSameColumn {
      column.removeAll(keepingCapacity: true)
      unsafe column.append(contentsOf: prefix)
      entries.removeAll(keepingCapacity: true)
    }
    isFirst = false
  }

  /// Whether every snapshot, and every one to come, sees what has this sequence.
  private func isSeenByAll(_ sequence: UInt64) -> Bool { sequence <= snapshots[0] }

  /// The oldest snapshot that lets a sequence through; nil when only ones to come will.
  private func oldestSnapshot(seeing sequence: UInt64) -> UInt64? {
    snapshots.first { $0 >= sequence }
  }

  mutating func keepsMarker(_ key: UnsafeRawBufferPointer, isBottom: Bool) -> Bool {
    let sequence = unsafe CellKey.sequence(key)
    let timestamp = unsafe CellKey.timestamp(key)
    let kind = unsafe CellKey.kind(key)
    if kind == CellKind.deleteFamily.rawValue {
      familyDeletes.append(timestamp: timestamp, sequence: sequence)
    } else {
      entries.append(Entry(timestamp: timestamp, sequence: sequence, kind: kind))
    }
    return !(isBottom && isSeenByAll(sequence))
  }

  mutating func keepsPut(_ key: UnsafeRawBufferPointer, versionsMax: Int, isBottom: Bool) -> Bool {
    let sequence = unsafe CellKey.sequence(key)
    let timestamp = unsafe CellKey.timestamp(key)
    let entry = Entry(timestamp: timestamp, sequence: sequence, kind: CellKind.put.rawValue)
    guard let snapshot = oldestSnapshot(seeing: sequence) else {
      entries.append(entry)
      return true
    }
    var rule = ColumnRule(versionsMax: versionsMax)
    var marker: UInt64 = 0
    for known in entries where known.sequence <= snapshot {
      if known.kind != CellKind.put.rawValue {
        rule.noteDelete(timestamp: known.timestamp, sequence: known.sequence, kind: known.kind)
        if known.kind == CellKind.deleteVersion.rawValue, known.timestamp == timestamp {
          marker = max(marker, known.sequence)
        }
      } else {
        let familyDelete = familyDeletes.sequence(reaching: known.timestamp, at: snapshot)
        _ = rule.judge(
          timestamp: known.timestamp, sequence: known.sequence, familyDelete: familyDelete)
      }
    }
    let verdict = rule.judge(
      timestamp: timestamp, sequence: sequence,
      familyDelete: familyDeletes.sequence(reaching: timestamp, at: snapshot))
    switch verdict {
    case .hidden: return false
    case .visible:
      entries.append(entry)
      return true
    case .deletedVersion:
      // It keeps its place among the versions for as long as its marker stays.
      entries.append(entry)
      return !(isBottom && isSeenByAll(marker))
    }
  }
}
