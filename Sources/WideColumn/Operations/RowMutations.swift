// SPDX-License-Identifier: Apache-2.0

/// Changes to one row that are applied together or not at all, in their order.
public struct RowMutations: Hashable, Sendable {
  /// The row to change.
  public var row: RowKey

  /// The changes, applied in order.
  public var mutations: [Mutation]

  /// Creates changes to a row.
  public init(_ row: RowKey, _ mutations: [Mutation] = []) {
    self.row = row
    self.mutations = mutations
  }

  /// Adds a put of one cell.
  public mutating func put(
    family: String, qualifier: Bytes, value: Bytes, timestamp: Timestamp? = nil
  ) {
    mutations.append(
      .put(Column(family: family, qualifier: qualifier), timestamp: timestamp, value: value))
  }
}
