// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a read returns of a row, resolved against a table's families once per Get or Scan; for whole rows once per table.
package final class ReadPlan: Sendable {
  package enum Columns: Sendable {
    case all
    /// The encoded column prefixes, ascending.
    case some([[UInt8]])
    /// Ranges of encoded column prefixes, ascending.
    case ranges([PrefixRange])
  }

  /// From the first prefix (inclusive) to the second (exclusive; nil for the family's end).
  package struct PrefixRange: Sendable {
    package var start: [UInt8]
    package var stop: [UInt8]?
  }

  package struct Family: Sendable {
    package var number: UInt8
    package var nameIndex: UInt16
    package var group: Int
    /// Which versions the family keeps.
    package var retention: VersionRetention
    package var columns: Columns
    /// Which of the plan's families is read before it by the same cursor, if that leaves the cursor before this one.
    package var predecessor: Int?
  }

  /// The selected families of which a cell may pass the filter, in the order of their names.
  package let families: [Family]
  package let names: [String]
  /// How many versions of a column to return.
  package let versionsMax: Int
  package let cellsMax: Int
  package let filter: ReadFilter?

  /// How many cells a row has room made for at first.
  package let cellsExpected: Int

  /// How rows are read that hold nothing but values; nil where the plan asks for more.
  let plain: PlainRow?

  /// How many that are where nothing says how many columns are read.
  private static let cellsExpectedOfWholeRow = 8

  /// Compiles a Get.
  ///
  /// Throws `noSuchFamily`, `invalidArgument`.
  package convenience init(_ get: Get, layout: FamilyLayout) throws(StoreError) {
    try get.validate()
    try self.init(
      columns: get.columns, versionsMax: get.versionsMax, cellsMax: get.cellsMax,
      filter: get.filter, startingAt: get.startingAt, layout: layout)
  }

  /// Compiles a Scan.
  ///
  /// Throws `noSuchFamily`, `invalidArgument`.
  package convenience init(_ scan: Scan, layout: FamilyLayout) throws(StoreError) {
    try scan.validate()
    try self.init(
      columns: scan.columns, versionsMax: scan.versionsMax, cellsMax: scan.cellsPerRowMax,
      filter: scan.filter, layout: layout)
  }

  /// Compiles a selection.
  ///
  /// - Parameters:
  ///   - columns: What the client selected.
  ///   - versionsMax: The versions to return of a column, at least one.
  ///   - cellsMax: The cells to return of a row; nil for all.
  ///   - filter: Which of them to return; nil for all.
  ///   - start: The first column; nil for the first there is.
  ///   - layout: The table's families.
  /// - Throws: `noSuchFamily`.
  package init(
    columns: ColumnSelection, versionsMax: Int, cellsMax: Int?, filter: Filter? = nil,
    startingAt start: Column? = nil, layout: FamilyLayout
  ) throws(StoreError) {
    self.versionsMax = versionsMax
    self.cellsMax = cellsMax ?? .max
    names = layout.names
    if let chosen = columns.families, !chosen.keys.allSatisfy(names.contains) {
      for name in chosen.keys.sorted() { try layout.requireFamily(name) }
    }
    if let start { try layout.requireFamily(start.family) }
    if let filter {
      self.filter = try ReadFilter(filter, layout: layout)
    } else {
      self.filter = nil
    }
    var families: [Family] = []
    families.reserveCapacity(min(layout.numbersByName.count, columns.families?.count ?? .max))
    for (index, number) in layout.numbersByName.enumerated() {
      guard let family = layout.families[Int(number)] else { continue }
      var bounds = filter?.qualifierBounds(in: family.name) ?? .all
      if let start {
        if family.name < start.family { continue }
        if family.name == start.family {
          bounds = bounds.intersection(KeyRanges([KeyRange(from: start.qualifier)]))
        }
      }
      let selected: ColumnSelection.Qualifiers?
      if let chosen = columns.families { selected = chosen[family.name] } else { selected = .all }
      guard let selected, let compiled = Self.compile(selected, within: bounds, family: number)
      else { continue }
      let before = families.lastIndex { $0.group == family.group }
      families.append(
        Family(
          number: number, nameIndex: UInt16(index), group: family.group,
          retention: family.retention, columns: compiled,
          predecessor: before.flatMap { families[$0].number < number ? $0 : nil }))
    }
    self.families = families
    cellsExpected = Self.cellsExpected(families)
    plain =
      versionsMax == 1 && cellsMax == nil && filter == nil ? PlainRow.make(families) : nil
  }

  private static func cellsExpected(_ families: [Family]) -> Int {
    families.reduce(0) { cells, family in
      if case .some(let prefixes) = family.columns { return cells + prefixes.count }
      return cells + cellsExpectedOfWholeRow
    }
  }

  /// The columns selected that lie within bounds; nil when none does.
  private static func compile(
    _ qualifiers: ColumnSelection.Qualifiers, within bounds: KeyRanges, family: UInt8
  ) -> Columns? {
    func prefix(_ qualifier: Bytes) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(qualifier.count + 4)
      unsafe qualifier.withUnsafeBytes {
        unsafe CellKey.appendColumnPrefix(family: family, qualifier: $0, to: &bytes)
      }
      return bytes
    }
    var selected = bounds
    switch qualifiers {
    case .all: if bounds == .all { return .all }
    case .some(let set) where set.count == 1 && bounds == .all:
      return .some(set.map(prefix))
    case .some(let set):
      let chosen = set.filter { bounds.contains($0) }
      return chosen.isEmpty ? nil : .some(chosen.sorted().map(prefix))
    case .range(let range): selected = bounds.intersection(KeyRanges([range]))
    }
    if selected == .none { return nil }
    return .ranges(
      selected.ranges.map { PrefixRange(start: prefix($0.start), stop: $0.stop.map(prefix)) })
  }
}
