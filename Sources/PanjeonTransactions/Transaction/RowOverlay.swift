// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a transaction sees of a row that it has written to: the committed cells under its own changes.
///
/// Own puts are newer than every committed version; deletes hide what was there before them, own puts included,
/// unless they name a timestamp: those concern committed versions only.
struct RowOverlay {
  private struct Version {
    var timestamp: Timestamp
    var value: Bytes
    var isDeleted = false
  }

  private let schema: TableSchema
  private let timestamp: Timestamp
  private var columns: [Column: [Version]] = [:]

  /// Begins with the committed row, read with as many versions as its families keep.
  ///
  /// - Parameters:
  ///   - committed: The row.
  ///   - schema: Its table's.
  ///   - timestamp: What the changes bear, above every committed one: the transaction's version once it is known.
  init(_ committed: RowResult?, schema: TableSchema, timestamp: Timestamp = .max) {
    self.schema = schema
    self.timestamp = timestamp
    for cell in committed.map(Array.init) ?? [] {
      columns[cell.column, default: []].append(
        Version(timestamp: cell.timestamp, value: cell.value))
    }
  }

  /// Applies a change of the transaction.
  ///
  /// Throws `invalidArgument` when a value that is to be counted with is no integer, or a sum leaves 64 bits.
  mutating func apply(_ mutation: Mutation) throws(StoreError) {
    if let rule = ReadModifyWriteRule(mutation) {
      put(rule.column, try rule.apply(to: newest(rule.column)))
    } else {
      applyBlind(mutation)
    }
  }

  private mutating func put(_ column: Column, _ value: Bytes) {
    var versions = columns[column] ?? []
    if versions.first?.timestamp == timestamp { versions.removeFirst() }
    versions.insert(Version(timestamp: timestamp, value: value), at: 0)
    columns[column] = versions
  }

  /// Applies a change that does not depend on what the row holds.
  private mutating func applyBlind(_ mutation: Mutation) {
    switch mutation {
    case .put(let column, _, let value, _): put(column, value)
    case .deleteVersion(let column, let timestamp):
      guard var versions = columns[column] else { return }
      // A deleted version keeps its place: what it had pushed out does not come back.
      for index in versions.indices where versions[index].timestamp == timestamp {
        versions[index].isDeleted = true
      }
      columns[column] = versions
    case .deleteColumn(let column, let upTo):
      delete(column, upTo)
    case .increment, .append, .minimum, .maximum:
      preconditionFailure("applied by its rule")
    case .deleteFamilyVersion(let family, let timestamp):
      for column in columns.keys where column.family == family {
        applyBlind(.deleteVersion(column, timestamp: timestamp))
      }
    case .deleteFamily(let family, let upTo):
      for column in columns.keys where column.family == family { delete(column, upTo) }
    case .deleteRow(let upTo):
      for column in columns.keys { delete(column, upTo) }
    }
  }

  private mutating func delete(_ column: Column, _ upTo: Timestamp?) {
    guard let upTo else {
      columns[column] = nil
      return
    }
    columns[column]?.removeAll { $0.timestamp <= upTo && $0.timestamp != timestamp }
  }

  /// The row as a read returns it; nil when nothing of it is selected.
  func result(_ get: Get) -> RowResult? {
    var cells: [Cell] = []
    for column in columns.keys.sorted() {
      guard column.family != ColumnFamily.lockFamilyName,
        get.columns.contains(family: column.family, qualifier: column.qualifier)
      else { continue }
      var versions = RowResult(row: get.row, cells: visible(column))
      if let filter = get.effectiveFilter {
        guard let passing = versions.filtered(filter, newest: { visible($0).first?.value }) else {
          continue
        }
        versions = passing
      }
      cells += versions.prefix(get.versionsMax)
    }
    return RowResult(row: get.row, cells: cells).dropping(first: 0, keeping: get.cellsMax)
  }

  /// The newest value of a column; nil when there is none.
  func newest(_ column: Column) -> Bytes? { visible(column).first?.value }

  private func visible(_ column: Column) -> [Cell] {
    let kept = schema.family(named: column.family)?.versionsMax ?? 1
    return (columns[column] ?? []).prefix(kept).filter { !$0.isDeleted }.map {
      Cell(column: column, timestamp: $0.timestamp, value: $0.value)
    }
  }
}
