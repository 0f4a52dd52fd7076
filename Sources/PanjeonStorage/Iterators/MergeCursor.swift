// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Several cursors as one, in order of (row, cell key).
///
/// A linear search for the least of them: there are few, and their current cells are at hand. Their keys differ,
/// because each carries the sequence of its mutation.
package final class MergeCursor: CellCursor {
  private let children: [CellCursor]
  private var currentChild = 0

  /// A cursor over all of `cursors`: itself when it is one, an empty one when there is none.
  package static func over(_ cursors: [CellCursor]) -> CellCursor {
    switch cursors.count {
    case 0: EmptyCursor()
    case 1: cursors[0]
    default: MergeCursor(cursors)
    }
  }

  private init(_ cursors: [CellCursor]) {
    children = cursors
    super.init()
  }

  package override func seekToFirst() throws(StoreError) {
    for child in children { try child.seekToFirst() }
    settle()
  }

  package override func seek(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
  ) throws(StoreError) {
    for child in children { try unsafe child.seek(row: row, key: key) }
    settle()
  }

  package override func next() throws(StoreError) {
    try children[currentChild].next()
    settle()
  }

  package override func nextRow() throws(StoreError) {
    let done = unsafe Array(row)
    for child in children where child.isValid {
      let isInRow = unsafe done.withUnsafeBytes { unsafe compareBytes(child.row, $0) == 0 }
      if isInRow { try child.nextRow() }
    }
    settle()
  }

  package override func seekToRow(before row: UnsafeRawBufferPointer?) throws(StoreError) {
    var greatest: [UInt8]?
    for child in children {
      try unsafe child.seekToRow(before: row)
      guard child.isValid else { continue }
      let isGreater =
        unsafe greatest?.withUnsafeBytes { unsafe compareBytes(child.row, $0) > 0 } ?? true
      if isGreater { greatest = unsafe Array(child.row) }
    }
    guard let greatest else {
      isValid = false
      return
    }
    try unsafe greatest.withRawBytes { (row) throws(StoreError) in
      try unsafe seek(row: row, key: UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Shows the least of the children's cells.
  private func settle() {
    var least: CellCursor?
    for (index, child) in children.enumerated() where child.isValid {
      if let known = least {
        let order = unsafe compareBytes(child.row, known.row)
        if unsafe order > 0 || (order == 0 && compareBytes(child.key, known.key) >= 0) { continue }
      }
      least = child
      currentChild = index
    }
    guard let least else {
      isValid = false
      return
    }
    unsafe row = unsafe least.row
    unsafe key = unsafe least.key
    unsafe value = unsafe least.value
    isValid = true
  }
}

/// A cursor over nothing.
final class EmptyCursor: CellCursor {
  override func seekToFirst() throws(StoreError) {}
  override func seek(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer
  ) throws(StoreError) {}
  override func next() throws(StoreError) {}
  override func nextRow() throws(StoreError) {}
  override func seekToRow(before row: UnsafeRawBufferPointer?) throws(StoreError) {}
}
