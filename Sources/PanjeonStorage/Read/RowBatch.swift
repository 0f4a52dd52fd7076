// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Rows that have been read together and are taken one after the other: moved out, so that no reference to them is counted.
package struct RowBatch: Sendable {
  private var rows: [RowResult?] = []
  private var taken = 0

  package init() {}

  /// A batch of one row, or of none.
  init(_ row: RowResult?) {
    if let row { rows.append(row) }
  }

  package var count: Int { rows.count - taken }
  package var isEmpty: Bool { count == 0 }

  /// The last row; nil when there is none, or it has been taken.
  var last: RowResult? { rows.last ?? nil }

  /// About what the cells of its rows take.
  var byteCount: Int { rows.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

  /// Takes the next row.
  package mutating func next() -> RowResult? {
    if taken == rows.count { return nil }
    taken += 1
    return rows[taken - 1].take()
  }

  mutating func reserve(_ count: Int) { rows.reserveCapacity(count) }

  mutating func append(_ row: RowResult) { rows.append(row) }

  mutating func append(_ other: RowBatch) { rows += other.rows }
}
