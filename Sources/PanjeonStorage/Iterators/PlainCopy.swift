// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A row's cells being copied: what a snapshot sees of each column, as long as they are values.
@safe struct PlainCopy {
  enum Step {
    case goOn
    /// Nothing more is selected.
    case isComplete
    /// There is something else than values, or no room.
    case notPlain
  }

  let room: UnsafeMutableRawBufferPointer
  let slots: UnsafeMutableBufferPointer<RowBuffer.Slot>
  /// How many bytes, and how many slots, are in use.
  private(set) var used: Int
  private(set) var count = 0
  private let snapshot: UInt64
  /// The present family's place among those that are selected.
  private var place = 0
  private var lastColumn = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  init(
    room: UnsafeMutableRawBufferPointer, slots: UnsafeMutableBufferPointer<RowBuffer.Slot>,
    used: Int, snapshot: UInt64
  ) {
    unsafe self.room = unsafe room
    unsafe self.slots = unsafe slots
    self.used = used
    self.snapshot = snapshot
  }

  /// Takes the next cell, in order.
  ///
  /// - Parameters:
  ///   - key: Its key; it must stay where it is until the next one is taken.
  ///   - value: Its value.
  ///   - families: The numbers of the families selected, ascending.
  ///   - names: The indices of their names.
  /// - Returns: Whether there may be more to take.
  @inline(always)
  mutating func take(
    _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ families: [UInt8],
    _ names: [UInt16]
  ) -> Step {
    let family = unsafe CellKey.family(key)
    while families[place] < family {
      place += 1
      if place == families.count { return .isComplete }
    }
    if families[place] != family { return .goOn }
    if unsafe CellKey.kind(key) != CellKind.put.rawValue { return .notPlain }
    if unsafe CellKey.sequence(key) > snapshot { return .goOn }
    let column = unsafe CellKey.columnPrefix(key)
    if unsafe isLast(column) { return .goOn }
    unsafe lastColumn = unsafe column
    // There is room for all that a snapshot can see.
    if unsafe count == slots.count || used + column.count + value.count > room.count {
      return .notPlain
    }
    let start = used
    unsafe used += CellKey.copyQualifier(of: key, to: room, at: used)
    let valueStart = used
    unsafe UnsafeMutableRawBufferPointer(rebasing: room[used...]).copyMemory(from: value)
    used += value.count
    let slot = unsafe RowBuffer.Slot(
      family: names[place], qualifierStart: start, valueStart: valueStart, valueEnd: used,
      timestamp: CellKey.timestamp(key))
    unsafe (slots.baseAddress.unsafelyUnwrapped + count).initialize(to: slot)
    count += 1
    return .goOn
  }

  /// Whether a column is that of the cell before; most differ in the last byte before the two that end them.
  @inline(always)
  private func isLast(_ column: UnsafeRawBufferPointer) -> Bool {
    guard unsafe column.count == lastColumn.count else { return false }
    let last = column.count - 3
    if last >= 0, unsafe column[last] != lastColumn[last] { return false }
    return unsafe compareBytes(column, lastColumn) == 0
  }
}
