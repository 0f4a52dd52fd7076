// SPDX-License-Identifier: Apache-2.0

/// A cell as a filter looks at it.
///
/// Safe: the buffers are used only while the call lasts that hands it on.
@safe package struct FilteredCell {
  package var family: String
  package var qualifier: UnsafeRawBufferPointer
  package var timestamp: Int64
  package var value: UnsafeRawBufferPointer

  package init(
    family: String, qualifier: UnsafeRawBufferPointer, timestamp: Int64,
    value: UnsafeRawBufferPointer
  ) {
    self.family = family
    unsafe self.qualifier = unsafe qualifier
    self.timestamp = timestamp
    unsafe self.value = unsafe value
  }
}

extension Filter {
  /// What is left of the filter in one row: with what depends on the row alone decided.
  ///
  /// - Parameters:
  ///   - row: The row's key.
  ///   - isMet: Whether the newest value of a column passes, or the column is absent and that passes.
  /// - Returns: The filter of its cells: ``everything`` or ``nothing`` when the row decides.
  /// - Throws: What `isMet` throws.
  package func bound<E: Error>(
    toRow row: UnsafeRawBufferPointer,
    isMet: (Column, Comparison, _ ifAbsent: Bool) throws(E) -> Bool
  ) throws(E) -> Filter {
    switch self {
    case .row(let comparison):
      return unsafe comparison.isMet(by: row) ? Self.everything : Self.nothing
    case .rows(let ranges):
      for range in ranges where unsafe range.contains(row) { return Self.everything }
      return Self.nothing
    case .column(let column, let comparison, let ifAbsent):
      return try isMet(column, comparison, ifAbsent) ? Self.everything : Self.nothing
    case .all(let parts):
      var left: [Filter] = []
      for part in parts {
        let bound = try unsafe part.bound(toRow: row, isMet: isMet)
        if bound == Self.nothing { return Self.nothing }
        if bound != Self.everything { left.append(bound) }
      }
      return left.count == 1 ? left[0] : .all(left)
    case .any(let parts):
      var left: [Filter] = []
      for part in parts {
        let bound = try unsafe part.bound(toRow: row, isMet: isMet)
        if bound == Self.everything { return Self.everything }
        if bound != Self.nothing { left.append(bound) }
      }
      return left.count == 1 ? left[0] : .any(left)
    case .not(let part):
      let bound = try unsafe part.bound(toRow: row, isMet: isMet)
      if bound == Self.everything { return Self.nothing }
      return bound == Self.nothing ? Self.everything : .not(bound)
    case .family, .qualifier, .qualifiers, .value, .time, .timestamps: return self
    }
  }

  /// Lets every cell pass.
  package static let everything = Filter.all([])

  /// Lets no cell pass.
  package static let nothing = Filter.any([])

  /// Whether a cell passes; of a filter that has been bound to the cell's row.
  package func passes(_ cell: FilteredCell) -> Bool {
    switch self {
    case .family(let comparison):
      var name = cell.family
      return name.withUTF8 { unsafe comparison.isMet(by: UnsafeRawBufferPointer($0)) }
    case .qualifier(let comparison): return unsafe comparison.isMet(by: cell.qualifier)
    case .qualifiers(let range): return unsafe range.contains(cell.qualifier)
    case .value(let comparison): return unsafe comparison.isMet(by: cell.value)
    case .time(let from, let to):
      return (from?.microseconds ?? .min) <= cell.timestamp
        && (to.map { cell.timestamp < $0.microseconds } ?? true)
    case .timestamps(let timestamps):
      return timestamps.contains(Timestamp(microseconds: cell.timestamp))
    case .all(let parts):
      for part in parts where !part.passes(cell) { return false }
      return true
    case .any(let parts):
      for part in parts where part.passes(cell) { return true }
      return false
    case .not(let part): return !part.passes(cell)
    case .row, .rows, .column: preconditionFailure("the filter was not bound to the row")
    }
  }
}

extension RowResult {
  /// The row with the cells that pass a filter; nil when none does.
  ///
  /// - Parameters:
  ///   - filter: The filter.
  ///   - newest: The newest visible value of a column of the row; nil when it is absent.
  /// - Returns: The row.
  package func filtered(_ filter: Filter, newest: (Column) -> Bytes?) -> RowResult? {
    let bound = unsafe row.withUnsafeBytes { row in
      unsafe filter.bound(toRow: row) { column, comparison, ifAbsent in
        newest(column).map { comparison.isMet(by: $0) } ?? ifAbsent
      }
    }
    let cells = self.filter { cell in
      unsafe cell.column.qualifier.withUnsafeBytes { qualifier in
        unsafe cell.value.withUnsafeBytes { value in
          unsafe bound.passes(
            FilteredCell(
              family: cell.column.family, qualifier: qualifier,
              timestamp: cell.timestamp.microseconds, value: value))
        }
      }
    }
    return cells.isEmpty ? nil : RowResult(row: row, cells: cells)
  }
}
