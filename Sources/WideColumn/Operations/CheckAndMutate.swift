// SPDX-License-Identifier: Apache-2.0

/// Changes to one row that are made only when every condition holds of that row at that moment.
public struct CheckAndMutate: Hashable, Sendable {
  /// What must hold of the row; an empty list always holds.
  public var conditions: [Condition]

  /// The changes; an empty list only checks.
  public var rowMutations: RowMutations

  /// The row checked and changed.
  public var row: RowKey { rowMutations.row }

  /// Creates a conditional change of one row.
  public init(_ conditions: [Condition], _ rowMutations: RowMutations) {
    self.conditions = conditions
    self.rowMutations = rowMutations
  }
}
