// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A put, and what it has written, as a read finds it.
///
/// Safe: the bytes point into what the cursor shows, until it moves.
@safe package struct StoredValue {
  package let put: StoredPut
  package let bytes: UnsafeRawBufferPointer

  @inline(always)
  init(_ put: StoredPut, bytes: UnsafeRawBufferPointer) {
    self.put = put
    unsafe self.bytes = unsafe bytes
  }

  package var timestamp: Int64 { put.timestamp }
  var byteCount: Int { unsafe bytes.count }
}

/// Applies ``ColumnRule`` to what a cursor shows, at one moment: column after column of one family of a row.
package struct CellJudge {
  private let snapshot: UInt64
  private let time: ReadMoment.Time
  /// The time, once it has been looked at: the same for all that a read meets.
  private var now: Int64?
  private var familyDeletes = FamilyDeletes()
  private var rule = ColumnRule(VersionRetention(versionsMax: 1), aliveFrom: .min)

  /// Whether what it has said may be otherwise later, though nothing is written.
  var dependsOnTime: Bool { now != nil }

  package init(_ moment: ReadMoment) {
    snapshot = moment.sequence
    time = moment.time
  }

  /// Reads the deletes of a family, at whose beginning the cursor is; returns how many there are.
  @discardableResult
  package mutating func readFamilyDeletes(
    _ family: UInt8, row: UnsafeRawBufferPointer, cursor: CellCursor
  ) throws(StoreError) -> Int {
    var count = 0
    if !familyDeletes.isEmpty { familyDeletes.removeAll() }
    while unsafe isInRow(cursor, row), unsafe cursor.key[0] == family,
      unsafe cursor.key[1] == CellKey.familyPart
    {
      let sequence = unsafe CellKey.sequence(cursor.key)
      if sequence <= snapshot {
        unsafe familyDeletes.appendIfEffective(
          timestamp: CellKey.timestamp(cursor.key), sequence: sequence,
          kind: CellKey.kind(cursor.key))
      }
      count += 1
      try cursor.next()
    }
    return count
  }

  /// Begins with a column of that family.
  @inline(always)
  package mutating func beginColumn(_ retention: VersionRetention) {
    let aliveFrom = retention.timeToLive == nil ? .min : retention.aliveFrom(readTime())
    rule = ColumnRule(retention, aliveFrom: aliveFrom)
  }

  /// Whether all cells of the column that follow are hidden, whatever they are.
  package var isExhausted: Bool { rule.isExhausted }

  /// Judges the cell that the cursor is at: its value if the read finds it, else nil.
  @inline(always)
  package mutating func visibleValue(_ cursor: CellCursor) -> StoredValue? {
    let key = unsafe cursor.key
    let sequence = unsafe CellKey.sequence(key)
    guard sequence <= snapshot else { return nil }
    let timestamp = unsafe CellKey.timestamp(key)
    let kind = unsafe CellKey.kind(key)
    guard CellKind.isPut(kind) else {
      rule.noteDelete(timestamp: timestamp, sequence: sequence, kind: kind)
      return nil
    }
    var put = StoredPut(timestamp: timestamp, sequence: sequence)
    var value = unsafe cursor.value
    if kind == CellKind.expiringPut.rawValue {
      let end = unsafe ExpiringValue.end(timestamp: timestamp, value)
      put.life = end > readTime() ? .running : .ended
      unsafe value = unsafe ExpiringValue.value(value)
    }
    let effect =
      familyDeletes.isEmpty
      ? FamilyDeletes.Effect() : familyDeletes.effect(onTimestamp: timestamp, sequence: sequence)
    guard rule.judge(put, family: effect) == .visible else { return nil }
    return unsafe StoredValue(put, bytes: value)
  }

  private mutating func readTime() -> Int64 {
    if let now { return now }
    let time = time.microseconds
    now = time
    return time
  }
}
