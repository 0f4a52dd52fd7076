// SPDX-License-Identifier: Apache-2.0

/// What must hold of the newest version of a column for a conditional change to be made.
public enum Condition: Hashable, Sendable {
  /// The row has no visible cell in the column.
  case absent(Column)

  /// The newest visible cell of the column holds exactly this value.
  ///
  /// At most `StoreLimits.comparandBytesMax` bytes: distributed stores cap what a condition may compare.
  case equals(Column, Bytes)
}
