// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A read's filter, resolved against a table's families.
package struct ReadFilter: Sendable {
  /// Where a column stands whose newest value the filter looks at.
  package struct Place: Sendable {
    package var family: UInt8
    package var group: Int
    package var retention: VersionRetention
  }

  package let filter: Filter

  /// Whether some of it is decided by the row.
  package let dependsOnRow: Bool

  /// The ranges outside which no row's cell passes; nil: everywhere.
  package let rowBounds: KeyRanges?

  /// The least timestamp of which a cell may pass.
  package let leastTimestamp: Int64

  /// The least timestamp of what must be looked at; nothing is too old where the newest value of a column is asked for.
  package let leastTimestampRead: Int64

  package let places: [Column: Place]

  package init(_ filter: Filter, layout: FamilyLayout) throws(StoreError) {
    self.filter = filter
    dependsOnRow = filter.dependsOnRow
    let bounds = filter.rowBounds
    rowBounds = bounds == .all ? nil : bounds
    leastTimestamp = filter.leastTimestamp
    leastTimestampRead = filter.columns.isEmpty ? leastTimestamp : .min
    var places: [Column: Place] = [:]
    for column in filter.columns {
      let number = try layout.requireFamily(column.family)
      guard let family = layout.families[Int(number)] else { continue }
      places[column] = Place(family: number, group: family.group, retention: family.retention)
    }
    self.places = places
  }

  /// What is left of it in one row; nil when nothing of the row passes.
  ///
  /// - Parameters:
  ///   - row: The row's key.
  ///   - moment: The moment to read at.
  ///   - cursors: A cursor for each locality group, which this moves.
  /// - Returns: The filter of the row's cells.
  /// - Throws: What the cursors throw.
  package func bound(
    toRow row: Bytes, at moment: ReadMoment, cursors: [CellCursor]
  ) throws(StoreError) -> Filter? {
    if !dependsOnRow { return filter }
    let bound = try unsafe row.withRawBytes { (bytes) throws(StoreError) in
      try unsafe filter.bound(toRow: bytes) {
        (column, comparison, ifAbsent) throws(StoreError) -> Bool in
        guard let place = places[column] else { return ifAbsent }
        return try unsafe RowReader.withNewestValue(
          row: row, family: place.family, qualifier: column.qualifier, retention: place.retention,
          at: moment, cursor: cursors[place.group]
        ) { value in
          guard let value = unsafe value else { return ifAbsent }
          return unsafe comparison.isMet(by: value)
        }
      }
    }
    return bound == .nothing ? nil : bound
  }
}
