// SPDX-License-Identifier: Apache-2.0

import WideColumn

/// Every change ever made to a table, and what a read at any moment must return, worked out the slow way.
///
/// The rules are those of the article *ReadPath*, written down a second time.
struct ReadModel {
  enum Kind {
    case put(Bytes)
    case deleteVersion, deleteColumn, deleteFamily
  }

  struct Change {
    var row: Bytes
    var family: String
    var qualifier: Bytes
    var timestamp: Int64
    var sequence: Int
    var kind: Kind
  }

  let versionsKept: [String: Int]
  private(set) var changes: [Change] = []

  init(versionsKept: [String: Int], changes: [Change] = []) {
    self.versionsKept = versionsKept
    self.changes = changes
  }

  /// The moment now: changes made later are not seen by a read at it.
  var now: Int { changes.count }

  mutating func apply(_ mutations: RowMutations) {
    for mutation in mutations.mutations {
      switch mutation {
      case .put(let column, let timestamp, let value):
        append(mutations.row, column, timestamp?.microseconds ?? 0, .put(value))
      case .deleteVersion(let column, let timestamp):
        append(mutations.row, column, timestamp.microseconds, .deleteVersion)
      case .deleteColumn(let column, let upTo):
        append(mutations.row, column, upTo?.microseconds ?? .max, .deleteColumn)
      case .deleteFamily(let family, let upTo):
        append(
          mutations.row, Column(family: family, qualifier: ""), upTo?.microseconds ?? .max,
          .deleteFamily)
      case .deleteRow(let upTo):
        for family in versionsKept.keys.sorted() where family != ColumnFamily.lockFamilyName {
          append(
            mutations.row, Column(family: family, qualifier: ""), upTo?.microseconds ?? .max,
            .deleteFamily)
        }
      }
    }
  }

  private mutating func append(_ row: Bytes, _ column: Column, _ timestamp: Int64, _ kind: Kind) {
    changes.append(
      Change(
        row: row, family: column.family, qualifier: column.qualifier, timestamp: timestamp,
        sequence: changes.count + 1, kind: kind))
  }

  /// The row as a Get at a moment must return it.
  func get(_ get: Get, at moment: Int) -> [Cell] {
    let seen = changes.filter { $0.row == get.row && $0.sequence <= moment }
    let columns = Set(seen.map { Column(family: $0.family, qualifier: $0.qualifier) }).sorted()
    var cells: [Cell] = []
    for column in columns
    where get.columns.contains(family: column.family, qualifier: column.qualifier) {
      let kept = versions(of: column, in: seen)
      cells += kept.prefix(get.versionsMax)
    }
    return Array(cells.prefix(get.cellsMax ?? .max))
  }

  /// All rows ever written to, in order.
  var rows: [Bytes] { Set(changes.map(\.row)).sorted() }

  private func versions(of column: Column, in seen: [Change]) -> [Cell] {
    let inFamily = seen.filter { $0.family == column.family }
    let inColumn = inFamily.filter { $0.qualifier == column.qualifier }
    let deletes = inFamily.filter { change in
      if case .deleteFamily = change.kind { return true }
      if case .deleteColumn = change.kind { return change.qualifier == column.qualifier }
      return false
    }
    let candidates = inColumn.filter { put in
      guard case .put = put.kind else { return false }
      let isHidden = deletes.contains {
        $0.timestamp >= put.timestamp && $0.sequence > put.sequence
      }
      let isReplaced = inColumn.contains { other in
        guard case .put = other.kind else { return false }
        return other.timestamp == put.timestamp && other.sequence > put.sequence
      }
      return !isHidden && !isReplaced
    }.sorted { $0.timestamp > $1.timestamp }
    let limit = versionsKept[column.family] ?? 1
    var visible: [Cell] = []
    var deleted: [Int] = []
    for put in candidates {
      guard case .put(let value) = put.kind else { continue }
      let taken = visible.count + deleted.count { $0 > put.sequence }
      if taken >= limit { continue }
      let marker = inColumn.filter { change in
        guard case .deleteVersion = change.kind else { return false }
        return change.timestamp == put.timestamp && change.sequence > put.sequence
      }.map(\.sequence).min()
      if let marker {
        deleted.append(marker)
      } else {
        visible.append(
          Cell(
            column: column, timestamp: Timestamp(microseconds: put.timestamp), value: value))
      }
    }
    return visible
  }
}
