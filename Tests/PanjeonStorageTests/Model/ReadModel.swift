// SPDX-License-Identifier: Apache-2.0

import WideColumn

/// Every change ever made to a table, and what a read at any moment must return, worked out the slow way.
///
/// The rules are those of the article *ReadPath*, written down a second time.
struct ReadModel {
  enum Kind {
    case put(Bytes)
    case deleteVersion, deleteColumn, deleteFamily, deleteFamilyVersion
  }

  struct Change {
    var row: Bytes
    var family: String
    var qualifier: Bytes
    var timestamp: Int64
    var sequence: Int
    var kind: Kind
    /// When the put's own time to live ends; nil: it has none.
    var end: Int64?

    var isPut: Bool {
      if case .put = kind { return true }
      return false
    }
  }

  /// A moment to read at.
  struct Moment {
    var sequence: Int
    var time: Int64 = 0
  }

  private(set) var families: [String: ColumnFamily]
  private(set) var changes: [Change] = []

  init(_ families: [ColumnFamily], changes: [Change] = []) {
    self.families = Dictionary(uniqueKeysWithValues: families.map { ($0.name, $0) })
    self.changes = changes
  }

  /// The sequence now: changes made later are not seen by a read at it.
  var now: Int { changes.count }

  /// Makes changes; puts without a timestamp get `assigned`.
  mutating func apply(_ mutations: RowMutations, assigned: Int64 = 0) {
    for mutation in mutations.mutations {
      let row = mutations.row
      switch mutation {
      case .put(let column, let timestamp, let value, let timeToLive):
        let time = timestamp?.microseconds ?? assigned
        append(row, column, time, .put(value))
        if let timeToLive {
          changes[changes.count - 1].end = time + Int64(timeToLive / .microseconds(1))
        }
      case .deleteVersion(let column, let timestamp):
        append(row, column, timestamp.microseconds, .deleteVersion)
      case .deleteColumn(let column, let upTo):
        append(row, column, upTo?.microseconds ?? .max, .deleteColumn)
      case .deleteFamily(let family, let upTo):
        append(row, whole(family), upTo?.microseconds ?? .max, .deleteFamily)
      case .deleteFamilyVersion(let family, let timestamp):
        append(row, whole(family), timestamp.microseconds, .deleteFamilyVersion)
      case .deleteRow(let upTo):
        for family in families.keys.sorted() where family != ColumnFamily.lockFamilyName {
          append(row, whole(family), upTo?.microseconds ?? .max, .deleteFamily)
        }
      case .increment, .append, .minimum, .maximum:
        preconditionFailure("the model is told what they become")
      }
    }
  }

  private func whole(_ family: String) -> Column { Column(family: family, qualifier: "") }

  private mutating func append(_ row: Bytes, _ column: Column, _ timestamp: Int64, _ kind: Kind) {
    changes.append(
      Change(
        row: row, family: column.family, qualifier: column.qualifier, timestamp: timestamp,
        sequence: changes.count + 1, kind: kind))
  }

  /// Removes rows, as if they had never been; later changes have greater sequences all the same.
  mutating func remove(_ rows: KeyRange) {
    for index in changes.indices where rows.contains(changes[index].row) {
      changes[index].family = "removed"
    }
  }

  mutating func add(_ family: ColumnFamily) { families[family.name] = family }

  /// Drops a family; its changes stay, of a name that nobody asks for.
  mutating func drop(_ name: String) {
    families[name] = nil
    for index in changes.indices where changes[index].family == name {
      changes[index].family = "dropped"
    }
  }

  /// The row as a Get at a moment must return it.
  func get(_ get: Get, at moment: Moment) -> [Cell] {
    let seen = changes.filter { $0.row == get.row && $0.sequence <= moment.sequence }
    let columns = Set(seen.map { Column(family: $0.family, qualifier: $0.qualifier) }).sorted()
    var cells: [Cell] = []
    for column in columns
    where get.columns.contains(family: column.family, qualifier: column.qualifier) {
      if let start = get.startingAt, column < start { continue }
      let kept = versions(of: column, in: seen, time: moment.time).filter { cell in
        guard let filter = get.filter else { return true }
        return ModelFilter.passes(filter, cell, row: get.row) {
          versions(of: $0, in: seen, time: moment.time).first?.value
        }
      }
      cells += kept.prefix(min(get.versionsMax, families[column.family]?.versionsMax ?? 0))
    }
    return Array(cells.prefix(get.cellsMax ?? .max))
  }

  /// All that is visible of one column, more than is returned if some of it is going to expire.
  func visible(_ column: Column, ofRow row: Bytes, at moment: Moment) -> [Cell] {
    let seen = changes.filter { $0.row == row && $0.sequence <= moment.sequence }
    return versions(of: column, in: seen, time: moment.time)
  }

  /// All rows ever written to, in order.
  var rows: [Bytes] { Set(changes.map(\.row)).sorted() }
}

// MARK: - The rule

extension ReadModel {
  private func versions(of column: Column, in seen: [Change], time: Int64) -> [Cell] {
    guard let family = families[column.family] else { return [] }
    let inFamily = seen.filter { $0.family == column.family }
    let inColumn = inFamily.filter { $0.qualifier == column.qualifier }
    let expiredFrom = family.timeToLive.map { time - Int64($0 / .microseconds(1)) }
    var visible: [Cell] = []
    /// For each version that takes a place: for puts of which sequences it does.
    var takenBelow: [Int] = []
    for put in candidates(inColumn, inFamily, column) {
      guard case .put(let value) = put.kind else { continue }
      let isOld = expiredFrom.map { put.timestamp <= $0 } ?? false
      let limit = isOld ? family.versionsMin : family.versionsMax
      if takenBelow.count(where: { $0 > put.sequence }) >= limit { continue }
      let delete = firstDelete(of: put, inFamily)
      takenBelow.append(put.end == nil ? delete ?? .max : put.sequence)
      let hasEnded = put.end.map { $0 <= time } ?? false
      if delete == nil, !hasEnded {
        visible.append(
          Cell(column: column, timestamp: Timestamp(microseconds: put.timestamp), value: value))
      }
    }
    return visible
  }

  /// The puts of a column that no delete of column or family hides and no put replaces, the newest first.
  private func candidates(
    _ inColumn: [Change], _ inFamily: [Change], _ column: Column
  ) -> [Change] {
    let deletes = inFamily.filter { change in
      if case .deleteFamily = change.kind { return true }
      if case .deleteColumn = change.kind { return change.qualifier == column.qualifier }
      return false
    }
    return inColumn.filter { put in
      guard put.isPut else { return false }
      let isHidden = deletes.contains {
        $0.timestamp >= put.timestamp && $0.sequence > put.sequence
      }
      let isReplaced = inColumn.contains {
        $0.isPut && $0.timestamp == put.timestamp && $0.sequence > put.sequence
      }
      return !isHidden && !isReplaced
    }.sorted { $0.timestamp > $1.timestamp }
  }

  /// When the version was deleted by name, in its column or in all of its family.
  private func firstDelete(of put: Change, _ inFamily: [Change]) -> Int? {
    inFamily.filter { change in
      guard change.timestamp == put.timestamp, change.sequence > put.sequence else { return false }
      if case .deleteFamilyVersion = change.kind { return true }
      guard case .deleteVersion = change.kind else { return false }
      return change.qualifier == put.qualifier
    }.map(\.sequence).min()
  }
}
