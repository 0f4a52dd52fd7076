// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A row of an ingestion, checked and encoded: its cells in the order of their keys, group by group.
struct IngestionRow: Sendable {
  struct Cell: Sendable {
    var group: Int
    var key: Bytes
    var value: Bytes
  }

  let row: Bytes
  private(set) var cells: [Cell] = []
  private(set) var byteCount: Int

  /// Checks and encodes a put.
  ///
  /// Throws `noSuchFamily`, `limitExceeded`, and `invalidArgument` for a row without cells or with one cell twice.
  init(
    _ put: Put, in table: TableHandle, sequence: UInt64, timestamp: Int64, _ limits: StoreLimits
  ) throws(StoreError) {
    row = put.row
    byteCount = put.row.count
    let mutations = put.rowMutations.mutations
    if mutations.isEmpty {
      throw StoreError(.invalidArgument, "row '\(row)' has no cells")
    }
    if mutations.count > limits.mutationsPerBatchMax {
      throw StoreError(
        .limitExceeded,
        "row '\(row)' has \(mutations.count) cells; at most \(limits.mutationsPerBatchMax) at a time"
      )
    }
    for mutation in mutations {
      guard case .put(let column, let version, let value, let timeToLive) = mutation else {
        throw StoreError(.invalidArgument, "row '\(row)': only puts can be ingested")
      }
      var lifetime: Int64?
      if let timeToLive { lifetime = try PreparedBatch.microseconds(timeToLive, of: column) }
      try append(
        column, version?.microseconds ?? timestamp, value, lifetime, sequence, table, limits)
    }
    cells.sort { ($0.group, $0.key) < ($1.group, $1.key) }
    for (cell, next) in zip(cells, cells.dropFirst())
    where cell.group == next.group && cell.key == next.key {
      throw StoreError(
        .invalidArgument, "row '\(row)' has one version of a column twice; give it once")
    }
    if byteCount > limits.batchBytesMax {
      throw StoreError(
        .limitExceeded,
        "row '\(row)' has \(byteCount) bytes; at most \(limits.batchBytesMax) at a time")
    }
  }

  private mutating func append(
    _ column: Column, _ timestamp: Int64, _ value: Bytes, _ lifetime: Int64?, _ sequence: UInt64,
    _ table: TableHandle, _ limits: StoreLimits
  ) throws(StoreError) {
    let family = try table.familyNumber(column.family)
    try limits.check(qualifier: column.qualifier)
    try limits.check(value: value)
    var key: [UInt8] = []
    unsafe column.qualifier.withUnsafeBytes {
      unsafe CellKey.append(
        family: family, qualifier: $0, timestamp: timestamp, sequence: sequence,
        kind: lifetime == nil ? .put : .expiringPut, to: &key)
    }
    var stored = value
    if let lifetime {
      var bytes: [UInt8] = []
      bytes.appendFixed64LE(UInt64(lifetime))
      unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
      stored = Bytes(bytes)
    }
    byteCount += column.qualifier.count + value.count
    cells.append(
      Cell(group: Int(table.groupOfFamily[Int(family)]), key: Bytes(key), value: stored))
  }
}
