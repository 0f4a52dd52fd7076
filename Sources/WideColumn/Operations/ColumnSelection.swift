// SPDX-License-Identifier: Apache-2.0

/// Which columns of a row a read returns.
public struct ColumnSelection: Hashable, Sendable {
  /// Which qualifiers of one family are selected.
  public enum Qualifiers: Hashable, Sendable {
    /// Every qualifier of the family.
    case all

    /// The listed qualifiers.
    case some(Set<Bytes>)

    /// The qualifiers in a range.
    case range(KeyRange)
  }

  /// The selected qualifiers by family name; nil selects every family.
  public private(set) var families: [String: Qualifiers]?

  /// Creates a selection of every column.
  public init() {
    families = nil
  }

  /// Every column of every family.
  public static let all = ColumnSelection()

  /// Adds every column of a family.
  public mutating func add(family: String) {
    families = families ?? [:]
    families?[family] = .all
  }

  /// Adds one column; a family that is already selected whole or by range becomes this column alone.
  public mutating func add(family: String, qualifier: Bytes) {
    families = families ?? [:]
    if case .some(var known)? = families?[family] {
      known.insert(qualifier)
      families?[family] = .some(known)
    } else {
      families?[family] = .some([qualifier])
    }
  }

  /// Adds the qualifiers of a family that lie in `range`, in place of what was selected of it.
  public mutating func add(family: String, qualifiers range: KeyRange) {
    families = families ?? [:]
    families?[family] = .range(range)
  }

  /// Whether a cell of this column is selected.
  public func contains(family: String, qualifier: Bytes) -> Bool {
    guard let families else { return true }
    switch families[family] {
    case nil: return false
    case .all?: return true
    case .some(let known)?: return known.contains(qualifier)
    case .range(let range)?: return range.contains(qualifier)
    }
  }
}
