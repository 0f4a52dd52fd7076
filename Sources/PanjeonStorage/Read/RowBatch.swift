// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Rows that have been read together and are taken one after the other.
///
/// A reference to what rows share is counted when a row is taken, and not before.
package struct RowBatch: Sendable {
  private var buffers: [RowBuffer] = []
  private var rows: [(buffer: Int, place: RowBuffer.RowPlace)] = []
  private var taken = 0

  package init() {}

  /// A batch of one row, or of none.
  init(_ row: RowResult?) {
    guard let row else { return }
    buffers = [row.buffer]
    rows = [(0, row.place)]
  }

  /// A batch of rows that share a buffer.
  init(_ buffer: RowBuffer, _ places: [RowBuffer.RowPlace]) {
    buffers = [buffer]
    rows = places.map { (0, $0) }
  }

  package var count: Int { rows.count - taken }
  package var isEmpty: Bool { count == 0 }

  /// The last row; nil when there is none.
  var last: RowResult? { rows.last.map(row) }

  /// About what the cells of its rows take.
  var byteCount: Int { rows.reduce(0) { $0 + row($1).byteCount } }

  /// Takes the next row.
  package mutating func next() -> RowResult? {
    if taken == rows.count { return nil }
    taken += 1
    return row(rows[taken - 1])
  }

  private func row(_ row: (buffer: Int, place: RowBuffer.RowPlace)) -> RowResult {
    RowResult(buffers[row.buffer], row.place)
  }

  mutating func append(_ other: RowBatch) {
    let before = buffers.count
    buffers += other.buffers
    rows += other.rows.map { (before + $0.buffer, $0.place) }
  }
}
