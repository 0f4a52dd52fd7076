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
  ///
  /// - Parameters:
  ///   - family: The family of its column.
  ///   - qualifier: The qualifier of its column.
  ///   - value: Its value.
  ///   - timestamp: Its version; nil: assigned by the store.
  ///   - timeToLive: How long after its timestamp reads find it; nil: as long as the family says.
  public mutating func put(
    family: String, qualifier: Bytes, value: Bytes, timestamp: Timestamp? = nil,
    timeToLive: Duration? = nil
  ) {
    mutations.append(
      .put(
        Column(family: family, qualifier: qualifier), timestamp: timestamp, value: value,
        timeToLive: timeToLive))
  }

  /// Adds to the integer in a column.
  public mutating func increment(family: String, qualifier: Bytes, by amount: Int64) {
    mutations.append(.increment(Column(family: family, qualifier: qualifier), by: amount))
  }

  /// Appends to the value of a column.
  public mutating func append(family: String, qualifier: Bytes, _ bytes: Bytes) {
    mutations.append(.append(Column(family: family, qualifier: qualifier), bytes))
  }

  /// Makes the integer in a column the smaller of itself and another one.
  public mutating func minimum(family: String, qualifier: Bytes, _ number: Int64) {
    mutations.append(.minimum(Column(family: family, qualifier: qualifier), number))
  }

  /// Makes the integer in a column the greater of itself and another one.
  public mutating func maximum(family: String, qualifier: Bytes, _ number: Int64) {
    mutations.append(.maximum(Column(family: family, qualifier: qualifier), number))
  }
}
