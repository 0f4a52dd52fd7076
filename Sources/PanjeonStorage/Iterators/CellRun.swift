// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The cells of one row in one block, or in a memtable, gone through without a call for each.
///
/// Safe: valid as long as the cursor that has given it neither moves nor goes.
@safe package struct CellRun {
  private let view: BlockView?
  private let table: Unmanaged<MemTable>?
  /// The present cell.
  private(set) var key: UnsafeRawBufferPointer
  private(set) var value: UnsafeRawBufferPointer
  /// Where the next cell begins in the block, or the present one in the memtable.
  private var place: Int
  /// How many there are, with the present one; in a memtable, how many there were.
  private(set) var count: Int

  init(
    _ view: BlockView, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, next: Int,
    count: Int
  ) {
    self.view = view
    unsafe table = nil
    unsafe self.key = unsafe key
    unsafe self.value = unsafe value
    place = next
    self.count = count
  }

  init(
    _ table: MemTable, cell: UInt32, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
    count: Int
  ) {
    view = nil
    unsafe self.table = unsafe .passUnretained(table)
    unsafe self.key = unsafe key
    unsafe self.value = unsafe value
    place = Int(cell)
    self.count = count
  }

  /// Where the present cell's entry begins in the block; nil in a memtable.
  fileprivate var entry: UnsafeRawPointer? {
    guard view != nil, let key = unsafe key.baseAddress else { return nil }
    return unsafe key - Varint.length(self.key.count) - Varint.length(value.count)
  }

  /// Goes to the next cell; false when there is none.
  @inline(always)
  mutating func advance() -> Bool {
    guard let view else { return advanceInMemTable() }
    count -= 1
    if count == 0 { return false }
    let keyLength = view.varint(&place)
    let valueLength = view.varint(&place)
    unsafe key = unsafe UnsafeRawBufferPointer(start: view.base + place, count: keyLength)
    unsafe value = unsafe UnsafeRawBufferPointer(
      start: view.base + place + keyLength, count: valueLength)
    place += keyLength + valueLength
    return true
  }

  /// To the last of the row's cells there: those that have come since they were counted are beyond every snapshot, and in between.
  private mutating func advanceInMemTable() -> Bool {
    guard let table = unsafe table else { return false }
    return unsafe table._withUnsafeGuaranteedRef { table in
      let next = table.cellAfter(UInt32(place))
      if next == 0 { return false }
      place = Int(next)
      unsafe key = unsafe table.cellKey(next)
      unsafe value = unsafe table.cellValue(next)
      return true
    }
  }
}

/// The runs of a row's cells from all that hold some, a few.
package struct CellRuns {
  package init() {}

  /// How many runs there may be, and how many cells of a memtable.
  static let runsMax = 6
  static let memtableCellsMax = 64

  private var runs: InlineArray<6, CellRun?> = .init(repeating: nil)
  private(set) var count = 0
  /// How many cells they have, and no fewer bytes than qualifiers and values have together.
  private(set) var cellCount = 0
  private(set) var bytesMax = 0

  /// Appends a run; false when there are too many.
  mutating func append(_ run: CellRun, bytesMax: Int) -> Bool {
    if count == Self.runsMax { return false }
    runs[count] = run
    count += 1
    cellCount += run.count
    self.bytesMax += bytesMax
    return true
  }

  /// The run, if it is but one.
  @inline(always)
  var only: CellRun? { count == 1 ? runs[0] : nil }

  /// The cells as the block has them, if they are all in one.
  var onlyBlockBytes: UnsafeRawBufferPointer? {
    guard let run = only, let entry = unsafe run.entry, let key = unsafe run.key.baseAddress else {
      return nil
    }
    return unsafe UnsafeRawBufferPointer(start: entry, count: key - entry + bytesMax)
  }

  /// The run whose present cell comes first; nil when there is none.
  @inline(always)
  var first: (index: Int, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)? {
    guard count > 0, let run = runs[0] else { return nil }
    var first = unsafe (index: 0, key: run.key, value: run.value)
    for index in 1..<max(1, count) {
      guard let run = runs[index] else { break }
      if unsafe compareBytes(run.key, first.key) < 0 {
        unsafe first = unsafe (index, run.key, run.value)
      }
    }
    return unsafe first
  }

  /// Moves a run on; one that has ended is no more.
  @inline(always)
  mutating func advance(_ index: Int) {
    if runs[index]?.advance() ?? false { return }
    count -= 1
    runs[index] = runs[count]
    runs[count] = nil
  }
}
