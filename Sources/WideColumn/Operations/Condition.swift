// SPDX-License-Identifier: Apache-2.0

/// What must hold of the newest version of a column for a conditional change to be made.
public enum Condition: Hashable, Sendable {
  /// The row has no visible cell in the column.
  case absent(Column)

  /// The newest visible cell of the column holds exactly this value.
  ///
  /// At most `StoreLimits.comparandBytesMax` bytes: distributed stores cap what a condition may compare.
  case equals(Column, Bytes)

  /// The row has a visible cell in the column.
  case present(Column)

  /// The newest visible cell of the column passes a comparison; a column that is absent passes none.
  ///
  /// Compared with at most `StoreLimits.comparandBytesMax` bytes.
  case value(Column, Comparison)
}
