// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Rows that have been read together and are taken one after the other.
///
/// A reference to what rows share is counted when a row is taken, and not before.
package struct RowBatch: Sendable {
  /// A row: in which buffer it is, and where there.
  struct Row {
    var buffer: Int
    let place: RowBuffer.RowPlace
  }

  private var buffers: [RowBuffer] = []
  private var rows: [Row] = []
  private var taken = 0

  package init() {}

  /// A batch of one row, or of none.
  init(_ row: RowResult?) {
    guard let row else { return }
    buffers = [row.buffer]
    rows = [Row(buffer: 0, place: row.place)]
  }

  /// A batch of rows that share a buffer.
  init(_ buffer: RowBuffer, _ rows: [Row]) {
    buffers = [buffer]
    self.rows = rows
  }

  package var count: Int { rows.count - taken }
  package var isEmpty: Bool { count == 0 }

  /// The last row; nil when there is none.
  var last: RowResult? { rows.last.map(row) }

  /// About what the cells of its rows take.
  var byteCount: Int { rows.reduce(0) { $0 + row($1).byteCount } }

  /// Takes the next row; with the last one, nothing is kept of the others.
  package mutating func next() -> RowResult? {
    if taken == rows.count { return nil }
    let next = row(rows[taken])
    taken += 1
    if taken == rows.count { self = RowBatch() }
    return next
  }

  private func row(_ row: Row) -> RowResult { RowResult(buffers[row.buffer], row.place) }

  mutating func append(_ other: RowBatch) {
    let before = buffers.count
    buffers += other.buffers
    rows += other.rows.map { Row(buffer: before + $0.buffer, place: $0.place) }
  }
}
