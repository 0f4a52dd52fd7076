// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The cells of one row in one block, or in a memtable, gone through without a call for each.
///
/// Small, because a row has room for several of them: 32 bits hold every length and place, as a block has at most 64 MiB and a memtable is
/// addressed by as many bits. Safe: valid as long as the cursor that has given it neither moves nor goes.
@safe package struct CellRun {
  /// What the cells are in.
  private let block: UnsafeRawPointer?
  private let table: Unmanaged<MemTable>?
  /// The present cell: its key, and its value behind it.
  private var start: UnsafeRawPointer
  private var keyBytes: UInt32
  private var valueBytes: UInt32
  /// Where the next cell begins in the block, or the present one in the memtable.
  private var place: UInt32
  private var left: UInt32

  /// A run in a block; its present cell is the one before `next`.
  init(
    _ view: BlockView, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, next: Int,
    count: Int
  ) {
    unsafe block = unsafe view.base
    unsafe table = nil
    unsafe start = unsafe key.baseAddress.unsafelyUnwrapped
    keyBytes = UInt32(truncatingIfNeeded: key.count)
    valueBytes = UInt32(truncatingIfNeeded: value.count)
    place = UInt32(truncatingIfNeeded: next)
    left = UInt32(truncatingIfNeeded: count)
  }

  /// A run in a memtable, from `cell` on.
  init(_ table: MemTable, cell: UInt32, count: Int) {
    let (key, value) = unsafe (table.cellKey(cell), table.cellValue(cell))
    unsafe block = nil
    unsafe self.table = unsafe .passUnretained(table)
    unsafe start = unsafe key.baseAddress.unsafelyUnwrapped
    keyBytes = UInt32(truncatingIfNeeded: key.count)
    valueBytes = UInt32(truncatingIfNeeded: value.count)
    place = cell
    left = UInt32(truncatingIfNeeded: count)
  }

  /// The present cell's key.
  @inline(always)
  var key: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: start, count: Int(keyBytes))
  }

  /// The present cell's value.
  @inline(always)
  var value: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: start + Int(keyBytes), count: Int(valueBytes))
  }

  /// How many cells there are, with the present one; in a memtable, how many there were.
  var count: Int { Int(left) }

  /// Where the present cell's entry begins in the block; nil in a memtable.
  var entry: UnsafeRawPointer? {
    guard unsafe block != nil else { return nil }
    return unsafe start - Varint.length(Int(keyBytes)) - Varint.length(Int(valueBytes))
  }

  /// Goes to the next cell; false when there is none.
  @inline(always)
  mutating func advance() -> Bool {
    guard let block = unsafe block else { return advanceInMemTable() }
    left -= 1
    if left == 0 { return false }
    var offset = Int(place)
    let keyLength = unsafe BlockView.varint(block, &offset)
    let valueLength = unsafe BlockView.varint(block, &offset)
    unsafe start = unsafe block + offset
    keyBytes = UInt32(truncatingIfNeeded: keyLength)
    valueBytes = UInt32(truncatingIfNeeded: valueLength)
    place = UInt32(truncatingIfNeeded: offset + keyLength + valueLength)
    return true
  }

  /// To the last of the row's cells there: those that have come since they were counted are beyond every snapshot, and in between.
  private mutating func advanceInMemTable() -> Bool {
    guard let table = unsafe table else { return false }
    return unsafe table._withUnsafeGuaranteedRef { table in
      let next = table.cellAfter(place)
      if next == 0 { return false }
      self = CellRun(table, cell: next, count: count)
      return true
    }
  }
}
