// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a read returns of a row, resolved against a table's families once per Get or Scan.
package struct ReadPlan: Sendable {
  package enum Columns: Sendable {
    case all
    /// The encoded column prefixes, ascending.
    case some([[UInt8]])
    /// From the first prefix (inclusive) to the second (exclusive; nil for the family's end).
    case range([UInt8], [UInt8]?)
  }

  package struct Family: Sendable {
    package var number: UInt8
    package var nameIndex: Int32
    package var group: Int
    /// How many versions the family keeps.
    package var versionsMax: Int
    package var columns: Columns
  }

  /// The selected families, in the order of their names.
  package let families: [Family]
  package let names: [String]
  /// How many versions of a column to return.
  package let versionsMax: Int
  package let cellsMax: Int

  /// Compiles a selection.
  ///
  /// - Parameters:
  ///   - columns: What the client selected.
  ///   - versionsMax: The versions to return of a column, at least one.
  ///   - cellsMax: The cells to return of a row, at least one; nil for all.
  ///   - layout: The table's families.
  /// - Throws: `noSuchFamily`, `invalidArgument`.
  package init(
    columns: ColumnSelection, versionsMax: Int, cellsMax: Int?, layout: FamilyLayout
  ) throws(StoreError) {
    guard versionsMax >= 1 else {
      throw StoreError(.invalidArgument, "a read of \(versionsMax) versions; ask for at least one")
    }
    if let cellsMax, cellsMax < 1 {
      throw StoreError(
        .invalidArgument, "a read of \(cellsMax) cells of a row; ask for at least one")
    }
    self.versionsMax = versionsMax
    self.cellsMax = cellsMax ?? .max
    names = layout.names
    for name in columns.families.map({ Array($0.keys) }) ?? [] where !layout.names.contains(name) {
      let known = layout.names.joined(separator: ", ")
      throw StoreError(
        .noSuchFamily, "the table has no column family '\(name)'; it has: \(known)")
    }
    var families: [Family] = []
    for (index, number) in layout.numbersByName.enumerated() {
      guard let family = layout.families[Int(number)] else { continue }
      let selected: Columns
      if let chosen = columns.families {
        guard let qualifiers = chosen[family.name] else { continue }
        selected = Self.compile(qualifiers, family: number)
      } else {
        selected = .all
      }
      families.append(
        Family(
          number: number, nameIndex: Int32(index), group: family.group,
          versionsMax: family.versionsMax, columns: selected))
    }
    self.families = families
  }

  private static func compile(_ qualifiers: ColumnSelection.Qualifiers, family: UInt8) -> Columns {
    func prefix(_ qualifier: Bytes) -> [UInt8] {
      var bytes: [UInt8] = []
      unsafe qualifier.withUnsafeBytes {
        unsafe CellKey.appendColumnPrefix(family: family, qualifier: $0, to: &bytes)
      }
      return bytes
    }
    switch qualifiers {
    case .all: return .all
    case .some(let set): return .some(set.sorted().map(prefix))
    case .range(let range): return .range(prefix(range.start), range.stop.map(prefix))
    }
  }
}
