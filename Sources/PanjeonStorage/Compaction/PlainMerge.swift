// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Which cells of a row a merge keeps, where they are puts and nothing else: what most cells of most rows are.
///
/// It says the same as `ColumnHistory`, or nothing: of a put that has a version beneath it, of one that may have expired or
/// belongs to no family, and of deletes. The page *Compaction* has the reasons.
package struct PlainMerge: Sendable {
  private enum Keeping: UInt8 {
    /// Cells that are to be judged one by one.
    case unknown
    /// The newest version; older ones go when every read finds the newest.
    case newest
    /// Several versions.
    case several
  }

  private struct Family {
    var keeping = Keeping.unknown
    /// The least timestamp whose time to live has not passed.
    var aliveFrom = Int64.min
  }

  /// By number.
  private let families: [Family]
  /// Puts up to this sequence make older versions unreadable; zero: older versions are for others to judge.
  private let forgetsBehind: UInt64

  /// What is kept of families for the moments that are read at, by sequence; the last is the present.
  package init(moments: [PinnedMoment], layout: FamilyLayout) {
    let present = moments[moments.count - 1]
    families = (UInt8.min...UInt8.max).map { number in
      guard let retention = layout.retention(number) else { return Family() }
      return Family(
        keeping: retention.versionsMax == 1 ? .newest : .several,
        aliveFrom: retention.aliveFrom(present.time))
    }
    forgetsBehind = moments.count == 1 ? present.sequence : 0
  }

  private enum Step {
    case keep, drop, notPlain
  }

  /// The column whose cells are being looked at.
  ///
  /// Safe: the keys stay where they are as long as the row's runs are valid.
  @safe private struct Column {
    var key = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    var sequence: UInt64 = 0
    /// The last key, of whatever became of it.
    var last = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// Goes through a row's cells in order, and calls `body` for those that are kept.
  ///
  /// - Parameters:
  ///   - runs: All cells of the row.
  ///   - body: Gets key and value, which stay where they are as long as the runs are valid.
  /// - Returns: Whether this has been all; false: the row is to be judged cell by cell, from the beginning.
  /// - Throws: `corruption` without a file, when keys descend.
  @inline(always)
  package func forEachKept(
    _ runs: CellRuns,
    _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
  ) throws(StoreError) -> Bool {
    var column = Column()
    var runs = runs
    var isPlain = true
    try unsafe runs.forEach { (key, value) throws(StoreError) in
      switch try unsafe step(key, &column) {
      case .keep: unsafe body(key, value)
      case .drop: break
      case .notPlain: isPlain = false
      }
      return isPlain
    }
    return isPlain
  }

  @inline(always)
  private func step(
    _ key: UnsafeRawBufferPointer, _ column: inout Column
  ) throws(StoreError)
    -> Step
  {
    let order = unsafe compareBytes(column.last, key)
    if order > 0 { throw Self.outOfOrder }
    unsafe column.last = unsafe key
    if order == 0 { return .notPlain }
    let family = unsafe families[Int(CellKey.family(key))]
    guard family.keeping != .unknown, unsafe CellKey.kind(key) == CellKind.put.rawValue,
      unsafe CellKey.timestamp(key) >= family.aliveFrom
    else { return .notPlain }
    let sequence = unsafe CellKey.sequence(key)
    if unsafe isSameColumn(key, column.key) {
      let isForgotten =
        family.keeping == .newest && sequence < column.sequence && column.sequence <= forgetsBehind
      return isForgotten ? .drop : .notPlain
    }
    unsafe column.key = unsafe key
    column.sequence = sequence
    return .keep
  }

  /// Whether two keys are of one column; most differ in the last byte before the two that end it.
  @inline(always)
  private func isSameColumn(_ key: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool
  {
    guard key.count == other.count else { return false }
    let last = key.count - CellKey.suffixBytes - 3
    if last >= 0, unsafe key[last] != other[last] { return false }
    return unsafe compareBytes(CellKey.columnPrefix(key), CellKey.columnPrefix(other)) == 0
  }

  static let outOfOrder = StoreError(.corruption, "cells are out of order in what is merged")
}
