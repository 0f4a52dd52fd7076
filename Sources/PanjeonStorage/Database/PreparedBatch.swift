// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// A batch encoded for log and memtable, before it has a sequence: all that can be done outside the sequencer.
package struct PreparedBatch: Sendable {
  /// Cells of one row and one locality group, a run within the record.
  package struct RowRun: Sendable {
    package var region: Region
    package var group: Int
    package var row: Bytes
    package var hash: UInt64
    /// Where the run's first cell begins in the record.
    package var offset: Int
    package var cellCount: Int
  }

  /// The ``LogRecord``, its sequence, timestamp and the open places in its keys still zero.
  package private(set) var record: [UInt8]

  /// The timestamp that the store has assigned; zero before.
  package private(set) var timestamp: Int64 = 0
  package private(set) var runs: [RowRun] = []
  package private(set) var cellCount = 0
  /// What the batch takes in a memtable, at the most.
  package private(set) var memtableBytes = 0
  private let limits: StoreLimits
  private var mutationCount = 0
  private var payloadBytes = 0

  package init(limits: StoreLimits) {
    self.limits = limits
    record = [UInt8](repeating: 0, count: LogRecord.headerBytes)
  }

  package var isEmpty: Bool { runs.isEmpty }

  /// Whether some of it is for tables that took no part in transactions when it was prepared.
  package private(set) var isOutsideTransactions = false

  /// Adds the changes of one row.
  ///
  /// - Throws: `noSuchFamily`, `limitExceeded` or `invalidArgument`; the batch must then be thrown away.
  package mutating func add(_ rowMutations: RowMutations, in table: TableHandle) throws(StoreError)
  {
    try limits.check(row: rowMutations.row)
    guard !rowMutations.mutations.isEmpty else { return }
    if !table.isTransactional { isOutsideTransactions = true }
    mutationCount += rowMutations.mutations.count
    payloadBytes += rowMutations.row.count
    let region = table.region(of: rowMutations.row)
    let hash = unsafe rowMutations.row.withUnsafeBytes { unsafe RowHash.hash($0) }
    for group in 0..<table.record.groupCount {
      try addRun(rowMutations, in: table, region: region, hash: hash, group: group)
    }
    try checkTotals()
  }

  private func checkTotals() throws(StoreError) {
    if mutationCount > limits.mutationsPerBatchMax {
      throw StoreError(
        .limitExceeded,
        "a batch of more than \(limits.mutationsPerBatchMax) mutations; split it")
    }
    if payloadBytes > limits.batchBytesMax {
      throw StoreError(
        .limitExceeded, "a batch of more than \(limits.batchBytesMax) bytes; split it")
    }
  }

  private mutating func addRun(
    _ rowMutations: RowMutations, in table: TableHandle, region: Region, hash: UInt64, group: Int
  ) throws(StoreError) {
    let runStart = record.count
    record.appendFixed64LE(region.id)
    record.appendFixed32LE(UInt32(group))
    appendSized(rowMutations.row)
    let countOffset = record.count
    record.appendFixed32LE(0)
    let offset = record.count
    var cells = 0
    for mutation in rowMutations.mutations {
      try append(mutation, in: table, group: group, cells: &cells)
    }
    guard cells > 0 else {
      record.removeLast(record.count - runStart)
      return
    }
    unsafe record.withUnsafeMutableBytes { bytes in
      unsafe bytes.storeBytes(
        of: UInt32(cells).littleEndian, toByteOffset: countOffset, as: UInt32.self)
    }
    cellCount += cells
    memtableBytes +=
      (record.count - offset) + cells * MemTable.cellOverheadBytesMax
      + rowMutations.row.count + MemTable.rowOverheadBytesMax
    runs.append(
      RowRun(
        region: region, group: group, row: rowMutations.row, hash: hash, offset: offset,
        cellCount: cells))
  }

  private mutating func append(
    _ mutation: Mutation, in table: TableHandle, group: Int, cells: inout Int
  ) throws(StoreError) {
    switch mutation {
    case .put(let column, let timestamp, let value, let timeToLive):
      try limits.check(value: value)
      try appendColumn(
        column, timestamp?.microseconds, .put, value, timeToLive, in: table, group: group,
        cells: &cells)
    case .increment(let column, _, _), .append(let column, _, _), .minimum(let column, _, _),
      .maximum(let column, _, _):
      preconditionFailure("a change of column '\(column)' must be resolved before it is written")
    case .deleteVersion(let column, let timestamp):
      try appendColumn(
        column, timestamp.microseconds, .deleteVersion, Bytes(), in: table, group: group,
        cells: &cells)
    case .deleteColumn(let column, let upTo):
      try appendColumn(
        column, (upTo ?? .max).microseconds, .deleteColumn, Bytes(), in: table, group: group,
        cells: &cells)
    case .deleteFamily(let name, let upTo):
      let family = try table.familyNumber(name)
      appendFamilyDelete(family, upTo, in: table, group: group, cells: &cells)
    case .deleteFamilyVersion(let name, let timestamp):
      let family = try table.familyNumber(name)
      appendFamilyDelete(
        family, timestamp, .deleteFamilyVersion, in: table, group: group, cells: &cells)
    case .deleteRow(let upTo):
      for family in table.schema.families where family.name != ColumnFamily.lockFamilyName {
        let number = try table.familyNumber(family.name)
        appendFamilyDelete(number, upTo, in: table, group: group, cells: &cells)
      }
    }
  }

  private mutating func appendColumn(
    _ column: Column, _ timestamp: Int64?, _ kind: CellKind, _ value: Bytes,
    _ timeToLive: Duration? = nil, in table: TableHandle, group: Int, cells: inout Int
  ) throws(StoreError) {
    let family = try table.familyNumber(column.family)
    guard Int(table.groupOfFamily[Int(family)]) == group else { return }
    try limits.check(qualifier: column.qualifier)
    var lifetime: Int64?
    if let timeToLive { lifetime = try Self.microseconds(timeToLive, of: column) }
    let kind = lifetime == nil ? kind : .expiringPut
    payloadBytes += column.qualifier.count + value.count
    record.append(timestamp == nil ? LogRecord.takesTimestamp : 0)
    let lengthOffset = record.count
    record.appendFixed32LE(0)
    unsafe column.qualifier.withUnsafeBytes { qualifier in
      unsafe CellKey.append(
        family: family, qualifier: qualifier, timestamp: timestamp ?? 0, sequence: 0, kind: kind,
        to: &record)
    }
    patchLength(at: lengthOffset)
    if let lifetime {
      record.appendFixed32LE(UInt32(value.count + ExpiringValue.headerBytes))
      record.appendFixed64LE(UInt64(lifetime))
      unsafe value.withUnsafeBytes { unsafe record.append(contentsOf: $0) }
    } else {
      appendSized(value)
    }
    cells += 1
  }

  static func microseconds(
    _ timeToLive: Duration, of column: Column
  ) throws(StoreError) -> Int64 {
    if let microseconds = timeToLive.microsecondsToLive { return microseconds }
    throw StoreError(
      .invalidArgument,
      "a put of column '\(column)' with a time to live of \(timeToLive); at least one microsecond")
  }

  private mutating func appendFamilyDelete(
    _ family: UInt8, _ upTo: Timestamp?, _ kind: CellKind = .deleteFamily, in table: TableHandle,
    group: Int, cells: inout Int
  ) {
    guard Int(table.groupOfFamily[Int(family)]) == group else { return }
    record.append(0)
    let lengthOffset = record.count
    record.appendFixed32LE(0)
    CellKey.appendFamilyDelete(
      family: family, timestamp: (upTo ?? .max).microseconds, sequence: 0, kind: kind, to: &record)
    patchLength(at: lengthOffset)
    appendSized(Bytes())
    cells += 1
  }

  private mutating func patchLength(at offset: Int) {
    let length = UInt32(record.count - offset - 4)
    unsafe record.withUnsafeMutableBytes { bytes in
      unsafe bytes.storeBytes(of: length.littleEndian, toByteOffset: offset, as: UInt32.self)
    }
  }

  private mutating func appendSized(_ bytes: Bytes) {
    record.appendFixed32LE(UInt32(bytes.count))
    unsafe bytes.withUnsafeBytes { unsafe record.append(contentsOf: $0) }
  }
}

extension PreparedBatch {
  /// Gives the batch its place: writes sequences and timestamp into record and keys, and hands each run's cells on.
  ///
  /// Inside the sequencer's lock; no allocation.
  package mutating func place(
    firstSequence: UInt64, timestamp: Int64, _ insert: (RowRun, PlacedCells) -> Void
  ) {
    let inverted = (~(UInt64(bitPattern: timestamp) ^ (1 << 63))).bigEndian
    let runs = runs
    self.timestamp = timestamp
    unsafe record.withUnsafeMutableBytes { bytes in
      unsafe bytes.storeBytes(of: firstSequence.littleEndian, toByteOffset: 0, as: UInt64.self)
      unsafe bytes.storeBytes(of: timestamp.littleEndian, toByteOffset: 8, as: Int64.self)
      unsafe bytes.storeBytes(
        of: UInt32(runs.count).littleEndian, toByteOffset: 16, as: UInt32.self)
      var sequence = firstSequence
      for run in runs {
        let cells = unsafe PlacedCells(
          UnsafeMutableRawBufferPointer(rebasing: bytes[run.offset...]), count: run.cellCount)
        cells.place(firstSequence: sequence, invertedTimestamp: inverted)
        insert(run, cells)
        sequence += UInt64(run.cellCount)
      }
    }
  }
}
