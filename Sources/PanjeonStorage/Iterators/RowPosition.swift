// SPDX-License-Identifier: Apache-2.0

/// Where the reading of a row goes on.
package struct RowPosition: Sendable {
  /// The place of the family among those of the plan.
  package var family = 0

  /// The encoded prefix of the column; empty: the family's beginning.
  package var column: [UInt8] = []

  /// How many versions of that column have been returned.
  package var versions = 0

  /// How many cells of the row have been returned.
  package var cells = 0

  package init() {}

  /// Whether nothing of the row has been read.
  var isAtStart: Bool { cells == 0 && family == 0 && column.isEmpty }
}
