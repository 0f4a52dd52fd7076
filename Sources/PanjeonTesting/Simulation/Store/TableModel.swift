// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A table of the simulated store: of each row what it held after each change.
struct TableModel {
  private struct RowVersion {
    var sequence: UInt64
    var state: RowState
  }

  var schema: TableSchema

  /// The sequence at which it was created; what depends on it from before has changed.
  let creation: UInt64

  private var rows: [RowKey: [RowVersion]] = [:]

  init(_ schema: TableSchema, creation: UInt64) {
    self.schema = schema
    self.creation = creation
  }

  /// What a row holds at a sequence.
  func row(_ key: RowKey, at sequence: UInt64) -> RowState {
    rows[key]?.last { $0.sequence <= sequence }?.state ?? RowState()
  }

  /// The sequence of the last change of a row; zero for none.
  func lastChange(of key: RowKey) -> UInt64 { rows[key]?.last?.sequence ?? 0 }

  /// The rows of a range that have ever been written, in order.
  func keys(in range: KeyRange) -> [RowKey] { rows.keys.filter(range.contains).sorted() }

  /// The first row of a range that was changed after a sequence.
  func firstChange(in range: KeyRange, after sequence: UInt64) -> RowKey? {
    if creation > sequence { return range.start }
    return rows.filter { range.contains($0.key) && ($0.value.last?.sequence ?? 0) > sequence }
      .keys.min()
  }

  /// Sets what a row holds from a sequence on, and forgets what no snapshot can see any more.
  mutating func set(
    _ key: RowKey, _ state: RowState, at sequence: UInt64, keepingSince oldest: UInt64
  ) {
    var versions = rows[key] ?? []
    versions.append(RowVersion(sequence: sequence, state: state))
    if let first = versions.lastIndex(where: { $0.sequence <= oldest }), first > 0 {
      versions.removeSubrange(..<first)
    }
    rows[key] = versions
  }

  /// Forgets all changes after a sequence.
  mutating func cut(to sequence: UInt64) {
    for key in rows.keys {
      rows[key]?.removeAll { $0.sequence > sequence }
      if rows[key]?.isEmpty == true { rows[key] = nil }
    }
  }

  /// Takes another schema; what is in families that it lacks is gone, at every snapshot.
  mutating func alter(_ altered: TableSchema) {
    schema = altered
    for (key, versions) in rows {
      rows[key] = versions.map { version in
        var version = version
        version.state.keepFamilies(of: altered)
        return version
      }
    }
  }

  /// Refuses a family that the table does not have.
  func require(family: String) throws(StoreError) {
    if schema.family(named: family) != nil { return }
    throw StoreError(.noSuchFamily, "table '\(schema.name)' has no column family '\(family)'")
  }

  /// Refuses a selection of a family that the table does not have.
  func require(_ columns: ColumnSelection) throws(StoreError) {
    for family in (columns.families ?? [:]).keys.sorted() { try require(family: family) }
  }
}
