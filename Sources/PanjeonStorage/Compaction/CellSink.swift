// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What takes the cells that a merge keeps.
package protocol CellSink: AnyObject {
  /// Takes a cell behind the last one.
  ///
  /// Throws what keeps it from being written; `corruption` when it does not sort there.
  func add(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) throws(StoreError)

  /// Takes a whole row behind the last one, if all that is to be kept of it is known.
  ///
  /// - Parameters:
  ///   - row: Its key.
  ///   - runs: All its cells.
  ///   - merge: Which of them are kept.
  /// - Returns: Whether the row was taken; if not, its cells are to be added one by one.
  /// - Throws: As ``add(row:key:value:)``.
  func addRow(
    _ row: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge
  ) throws(StoreError) -> Bool
}
