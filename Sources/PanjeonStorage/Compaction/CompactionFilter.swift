// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Leaves out of a merge what no read can see any more, now or later.
///
/// A put may go when the oldest snapshot that lets it through finds it gone: every later one then does (the
/// article *ReadPath* says why). A marker may go at the bottom, where nothing older lies beneath, once every snapshot
/// sees it and no version counts on it. Judged by ``ColumnRule``, as reads are.
package struct CompactionFilter: Sendable {
  private let moments: [PinnedMoment]
  private let layout: FamilyLayout
  private let isBottom: Bool

  /// Creates a filter.
  ///
  /// - Parameters:
  ///   - moments: The moments that are read at, by sequence; the last is the present.
  ///   - layout: The table's families.
  ///   - isBottom: Whether no older cell of these rows exists outside the merge.
  package init(moments: [PinnedMoment], layout: FamilyLayout, isBottom: Bool) {
    precondition(!moments.isEmpty, "the present is always read at")
    self.moments = moments
    self.layout = layout
    self.isBottom = isBottom
  }

  package typealias Emit = (
    _ row: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) throws(StoreError) -> Void

  /// Passes on what is to be kept of a cursor that stands at its first cell.
  package func run(_ cursor: CellCursor, _ emit: Emit) throws(StoreError) {
    var history = ColumnHistory(moments: moments, isBottom: isBottom)
    var held = HeldCells()
    while cursor.isValid {
      let key = unsafe cursor.key
      if unsafe history.isNewColumn(row: cursor.row, key: key) {
        try unsafe held.release(row: history.row, emit)
        unsafe history.enter(row: cursor.row, key: key)
      }
      let fate = unsafe history.judge(
        key, value: cursor.value, layout.retention(CellKey.family(key)))
      if fate.isConditional || !held.isEmpty {
        unsafe held.append(key: key, value: cursor.value, fate)
      } else if case .keep = fate {
        try unsafe emit(cursor.row, key, cursor.value)
      }
      try cursor.next()
    }
    try unsafe held.release(row: history.row, emit)
  }
}
