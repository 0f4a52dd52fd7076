// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a row of the simulated store holds after some change, with what its next changes and reads need to know.
///
/// A delete takes versions away at once, since it concerns only what was written before it. Only a version that was deleted by
/// name keeps its place: what it had pushed out does not come back.
struct RowState {
  private struct Version {
    var timestamp: Int64
    var sequence: UInt64
    var value: Bytes
    /// The sequence of the delete that named it.
    var deletion: UInt64?
    /// When its own time to live ends, in microseconds.
    var end: Int64?
  }

  /// The versions of each column, newest first.
  private var columns: [Column: [Version]] = [:]

  var isEmpty: Bool { columns.isEmpty }

  /// Makes a change; what it depends on has been resolved.
  ///
  /// - Parameters:
  ///   - mutation: No increment or the like.
  ///   - sequence: Its sequence.
  ///   - assigned: The timestamp of a put that has none.
  mutating func apply(_ mutation: Mutation, sequence: UInt64, assigned: Int64) {
    switch mutation {
    case .put(let column, let timestamp, let value, let timeToLive):
      let time = timestamp?.microseconds ?? assigned
      let end = timeToLive?.microsecondsToLive.map { time.addingSaturating($0) }
      put(column, Version(timestamp: time, sequence: sequence, value: value, end: end))
    case .deleteVersion(let column, let timestamp):
      mark(column, timestamp.microseconds, sequence)
    case .deleteColumn(let column, let upTo):
      remove(column, upTo: upTo)
    case .deleteFamily(let family, let upTo):
      for column in columns.keys where column.family == family { remove(column, upTo: upTo) }
    case .deleteFamilyVersion(let family, let timestamp):
      for column in columns.keys where column.family == family {
        mark(column, timestamp.microseconds, sequence)
      }
    case .deleteRow(let upTo):
      for column in columns.keys where column.family != ColumnFamily.lockFamilyName {
        remove(column, upTo: upTo)
      }
    case .increment, .append, .minimum, .maximum:
      preconditionFailure("resolved before")
    }
  }

  private mutating func put(_ column: Column, _ version: Version) {
    var versions = columns[column] ?? []
    versions.removeAll { $0.timestamp == version.timestamp }
    let place = versions.firstIndex { $0.timestamp < version.timestamp } ?? versions.count
    versions.insert(version, at: place)
    columns[column] = versions
  }

  private mutating func mark(_ column: Column, _ timestamp: Int64, _ sequence: UInt64) {
    guard let index = columns[column]?.firstIndex(where: { $0.timestamp == timestamp }) else {
      return
    }
    if columns[column]?[index].deletion == nil { columns[column]?[index].deletion = sequence }
  }

  private mutating func remove(_ column: Column, upTo: Timestamp?) {
    let last = upTo?.microseconds ?? .max
    columns[column]?.removeAll { $0.timestamp <= last }
    if columns[column]?.isEmpty == true { columns[column] = nil }
  }

  /// Drops all columns of families that are not in a schema.
  mutating func keepFamilies(of schema: TableSchema) {
    columns = columns.filter { schema.family(named: $0.key.family) != nil }
  }

  /// The visible versions of a column, newest first: the rule of the article *ReadPath* of `PanjeonStorage`.
  func visible(_ column: Column, _ schema: TableSchema, time: Int64) -> [Cell] {
    guard let family = schema.family(named: column.family), let versions = columns[column] else {
      return []
    }
    let timeToLive = family.timeToLive?.microsecondsToLive
    var cells: [Cell] = []
    /// For each version that takes a place: for puts of which sequences it does.
    var takenBelow: [UInt64] = []
    for version in versions {
      let isOld = timeToLive.map { version.timestamp <= time.subtractingSaturating($0) } ?? false
      let limit = isOld ? family.versionsMin : family.versionsMax
      if takenBelow.count(where: { $0 > version.sequence }) >= limit { continue }
      takenBelow.append(version.end == nil ? version.deletion ?? .max : version.sequence)
      let hasEnded = version.end.map { $0 <= time } ?? false
      if version.deletion != nil || hasEnded { continue }
      cells.append(
        Cell(
          column: column, timestamp: Timestamp(microseconds: version.timestamp),
          value: version.value))
    }
    return cells
  }

  /// The row as a read returns it; nil when nothing of it is selected.
  func result(_ get: Get, _ schema: TableSchema, time: Int64) -> RowResult? {
    var cells: [Cell] = []
    for column in columns.keys.sorted()
    where get.columns.contains(family: column.family, qualifier: column.qualifier) {
      if let start = get.startingAt, column < start { continue }
      var versions = visible(column, schema, time: time)
      if versions.isEmpty { continue }
      if let filter = get.filter {
        let row = RowResult(row: get.row, cells: versions)
        let passing = row.filtered(filter) { visible($0, schema, time: time).first?.value }
        versions = passing.map(Array.init) ?? []
      }
      // More than the family keeps may be there, since what is going to expire by itself takes no place.
      let kept = schema.family(named: column.family)?.versionsMax ?? 0
      cells += versions.prefix(min(get.versionsMax, kept))
    }
    if cells.isEmpty { return nil }
    return RowResult(row: get.row, cells: cells).dropping(first: 0, keeping: get.cellsMax)
  }

  /// Whether a condition holds.
  func holds(_ condition: Condition, _ schema: TableSchema, time: Int64) -> Bool {
    func newest(_ column: Column) -> Bytes? { visible(column, schema, time: time).first?.value }
    switch condition {
    case .absent(let column): return newest(column) == nil
    case .present(let column): return newest(column) != nil
    case .equals(let column, let value): return newest(column) == value
    case .value(let column, let comparison):
      return newest(column).map { comparison.isMet(by: $0) } ?? false
    }
  }
}

extension Int64 {
  fileprivate func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }

  fileprivate func subtractingSaturating(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }
}
