// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A cursor over stored cells in order of (row, cell key): over a memtable, an SSTable or a merge of them.
///
/// A class with overridable methods rather than a protocol, so that a merge holds an array of them and reads
/// the current cell from plain stored properties; those are internal, or the compiler could not tell that no two accesses
/// overlap, and each would be checked when it is made. Bytes are valid until the cursor moves; the row key stays
/// valid while the cursor is within the row. After a call that has thrown it is at no cell, and only a seek may come next. Not safe to
/// share between threads.
///
/// Safe: the buffers point into what the cursor keeps alive, until it moves.
@safe package class CellCursor {
  /// Whether the cursor is at a cell; the properties below mean nothing when it is not.
  final var isValid = false

  /// The key of the current row.
  final var row = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  /// The encoded ``CellKey`` of the current cell.
  final var key = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  /// The value of the current cell; empty for deletes.
  final var value = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  /// Counts up whenever the cursor may have come to another row: as long as it stays the same, so does the row.
  final var rowVisit = 0

  /// The visit whose row is known to be the one that is being read; see `isInRow`.
  final var visitOfRowRead = -1

  package init() {}

  /// The current cell; nil when the cursor is not at one.
  package final var current: CurrentCell? {
    isValid ? unsafe CurrentCell(row: row, key: key, value: value) : nil
  }

  /// Appends the rest of the row from the present cell on, as runs of cells in memory; false where that is not possible, or there
  /// is no room for as many.
  package func appendRowAhead(to runs: inout CellRuns) -> Bool { false }

  /// Moves to the first cell of all.
  package func seekToFirst() throws(StoreError) {
    preconditionFailure("a cursor must say how to seek")
  }

  /// Moves to the first cell at or after `key` in `row`, or after that row.
  ///
  /// An empty `key` means the row's first cell. **Family deletes that cover the place sought and come from
  /// the same source are not skipped for free**: a caller that seeks into the middle of a family must look at
  /// the family's deletes first (a seek to family and `familyPart`), because they sort before every column.
  package func seek(row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) throws(StoreError) {
    preconditionFailure("a cursor must say how to seek")
  }

  /// Prepares for the seek to a place, which must come next: finds out which block it will look at, and asks the processor for where that
  /// is; then ``prefetchBlock()`` asks for the block itself.
  ///
  /// So one who seeks in several cursors waits for the memory of all of them at once, and not of one after the other. Reads no file;
  /// until the seek the cursor is at no cell.
  ///
  /// - Parameters:
  ///   - row: What the seek will be given.
  ///   - key: The same.
  package func prepareSeek(row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) {}

  /// Asks the processor for the block that the seek which has been prepared will look at.
  package func prefetchBlock() {}

  /// Moves to the next cell, into the next row after the last of this one.
  package func next() throws(StoreError) {
    preconditionFailure("a cursor must say how to advance")
  }

  /// Moves to the first cell of the next row.
  package func nextRow() throws(StoreError) {
    preconditionFailure("a cursor must say how to skip a row")
  }

  /// Moves to the first cell of the last row before `row`; with nil, of the last row of all.
  package func seekToRow(before row: UnsafeRawBufferPointer?) throws(StoreError) {
    preconditionFailure("a cursor must say how to go back")
  }
}

/// A cursor's cell, for those outside of the module; valid as long as the cursor stays at it.
@safe package struct CurrentCell {
  package let row: UnsafeRawBufferPointer
  package let key: UnsafeRawBufferPointer
  package let value: UnsafeRawBufferPointer
}

/// Whether a read may wait for the disk.
package enum ReadMode: Sendable {
  /// Memory only: a block that is not cached throws `wouldBlock`. For Swift's cooperative threads.
  case cacheOnly

  /// May read files: for I/O threads.
  case mayBlock
}
