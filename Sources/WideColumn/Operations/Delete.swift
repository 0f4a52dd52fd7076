// SPDX-License-Identifier: Apache-2.0

/// A deletion within one row: of the whole row, or of the families, columns and versions added to it.
public struct Delete: Hashable, Sendable {
  private let row: RowKey
  private let upTo: Timestamp?
  private var parts: [Mutation] = []

  /// Creates a deletion of a row, or of parts of it once parts are added.
  ///
  /// - Parameters:
  ///   - row: The row to delete from.
  ///   - upTo: With no parts added, the greatest timestamp to delete; nil means all there are.
  public init(_ row: RowKey, upTo: Timestamp? = nil) {
    self.row = row
    self.upTo = upTo
  }

  /// The changes this deletion stands for.
  public var rowMutations: RowMutations {
    RowMutations(row, parts.isEmpty ? [.deleteRow(upTo: upTo)] : parts)
  }

  /// Adds every column of a family.
  public mutating func add(family: String, upTo: Timestamp? = nil) {
    parts.append(.deleteFamily(family, upTo: upTo))
  }

  /// Adds exactly one version of every column of a family.
  public mutating func add(family: String, version: Timestamp) {
    parts.append(.deleteFamilyVersion(family, timestamp: version))
  }

  /// Adds every version of a column.
  public mutating func add(family: String, qualifier: Bytes, upTo: Timestamp? = nil) {
    parts.append(.deleteColumn(Column(family: family, qualifier: qualifier), upTo: upTo))
  }

  /// Adds exactly one version of a column.
  public mutating func add(family: String, qualifier: Bytes, version: Timestamp) {
    parts.append(.deleteVersion(Column(family: family, qualifier: qualifier), timestamp: version))
  }
}
