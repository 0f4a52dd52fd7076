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

  /// Passes on what is to be kept of a cursor that stands at its first cell.
  ///
  /// Throws what the cursor and the sink throw.
  package func run(_ cursor: CellCursor, into sink: any CellSink) throws(StoreError) {
    let plain = PlainMerge(moments: moments, layout: layout)
    var history = ColumnHistory(moments: moments, isBottom: isBottom)
    var held = HeldCells()
    var visit = -1
    while cursor.isValid {
      let key = unsafe cursor.key
      let isNewRow = unsafe cursor.rowVisit != visit && !history.isIn(cursor.row)
      visit = cursor.rowVisit
      if isNewRow {
        try held.release(row: history.row, sink)
        history.leaveRow()
        var runs = CellRuns()
        if cursor.appendRowAhead(to: &runs), try unsafe sink.addRow(cursor.row, runs, plain) {
          try cursor.nextRow()
          continue
        }
      }
      if unsafe isNewRow || history.isNewColumn(key) {
        try held.release(row: history.row, sink)
        unsafe history.enter(row: cursor.row, key: key)
      }
      let fate = unsafe history.judge(
        key, value: cursor.value, layout.retention(CellKey.family(key)))
      if fate.isConditional || !held.isEmpty {
        unsafe held.append(key: key, value: cursor.value, fate)
      } else if case .keep = fate {
        try unsafe sink.add(row: cursor.row, key: key, value: cursor.value)
      }
      try cursor.next()
    }
    try held.release(row: history.row, sink)
  }
}
