// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A table as the engine works with it: its record in the MANIFEST, resolved for lookups, and its regions.
package final class TableHandle: Sendable {
  package let record: TableRecord
  package let layout: FamilyLayout

  /// The regions in the order of their rows; together they cover every row, without overlap.
  package let regions: [Region]

  /// The locality group of each family, by family number.
  package let groupOfFamily: [UInt32]

  package init(record: TableRecord, regions: [Region]) {
    precondition(!regions.isEmpty, "a table has at least one region")
    self.record = record
    self.regions = regions
    layout = FamilyLayout(record: record)
    var groups = [UInt32](repeating: 0, count: layout.families.count)
    for family in record.schema.families {
      guard let number = record.familyNumbers[family.name] else { continue }
      groups[Int(number)] = record.groupNumbers[family.localityGroup] ?? 0
    }
    groupOfFamily = groups
  }

  package var schema: TableSchema { record.schema }

  /// The region that holds a row.
  package func region(of row: Bytes) -> Region {
    var low = 0
    var high = regions.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if regions[middle].rows.start <= row { low = middle } else { high = middle - 1 }
    }
    return regions[low]
  }

  /// The regions that hold rows of a range.
  package func regions(in rows: KeyRange) -> [Region] {
    if regions.count == 1 { return regions }
    return regions.filter { region in
      if let stop = rows.stop, region.rows.start >= stop { return false }
      if let stop = region.rows.stop, stop <= rows.start { return false }
      return true
    }
  }

  /// The number of a family.
  ///
  /// - Parameter name: The family's name.
  /// - Returns: Its number in the keys of cells.
  /// - Throws: `noSuchFamily`, naming the families there are.
  package func familyNumber(_ name: String) throws(StoreError) -> UInt8 {
    if let number = record.familyNumbers[name] { return number }
    let known = schema.families.map(\.name).joined(separator: ", ")
    throw StoreError(
      .noSuchFamily, "table '\(schema.name)' has no column family '\(name)'; it has: \(known)")
  }
}
