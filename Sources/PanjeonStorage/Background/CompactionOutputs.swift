// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The SSTables that a compaction writes, one after the other; a row is never cut in two.
final class CompactionOutputs: CellSink {
  private let environment: BackgroundEnvironment
  private let region: Region
  private let group: Int
  private let fileBytesMax: UInt64
  private let meanwhile: () throws(StoreError) -> Void
  /// How many bytes are to have been written when it is called next.
  private var nextCall: UInt64
  private let callEachBytes: UInt64
  private var finished: [Table] = []
  private var finishedBytes: UInt64 = 0
  private var current: TableOutput?
  private var lastRow: [UInt8] = []

  /// What kept something from being written; nil while the inputs are to blame for whatever fails.
  private(set) var writeError: StoreError?

  /// Whether what failed is what was to be done meanwhile.
  private(set) var hasFailedMeanwhile = false

  init(
    _ environment: BackgroundEnvironment, region: Region, group: Int, fileBytesMax: UInt64,
    meanwhile: @escaping () throws(StoreError) -> Void
  ) {
    self.environment = environment
    self.region = region
    self.group = group
    self.fileBytesMax = fileBytesMax
    self.meanwhile = meanwhile
    callEachBytes = environment.compactionOptions.bottomFileBytes
    nextCall = callEachBytes
  }

  func add(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) throws(StoreError) {
    let isNewRow = unsafe lastRow.withUnsafeBytes { unsafe compareBytes($0, row) != 0 }
    if isNewRow {
      lastRow.removeAll(keepingCapacity: true)
      unsafe lastRow.append(contentsOf: row)
    }
    let output = try current(forNewRow: isNewRow)
    try noting { () throws(StoreError) in
      try unsafe output.add(row: row, key: key, value: value)
    }
  }

  func addRow(
    _ row: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge
  ) throws(StoreError) -> Bool {
    let output = try current(forNewRow: true)
    return try noting { () throws(StoreError) in try unsafe output.addRow(row, runs, merge) }
  }

  /// How large the present file becomes before something is to be done.
  private var bytesBeforeLook: UInt64 { min(fileBytesMax, nextCall - min(nextCall, finishedBytes)) }

  /// What the next cell goes into; a row is begun in another file when this one is full.
  private func current(forNewRow isNewRow: Bool) throws(StoreError) -> TableOutput {
    if environment.isStopping { throw StoreError(.closed, "the store is closing") }
    if let current, !isNewRow || current.estimatedFileBytes < bytesBeforeLook { return current }
    return try noting { () throws(StoreError) in
      if let current {
        if finishedBytes + current.estimatedFileBytes >= nextCall {
          nextCall = finishedBytes + current.estimatedFileBytes + callEachBytes
          try callMeanwhile()
        }
        if current.estimatedFileBytes < fileBytesMax { return current }
      }
      if let table = try current?.finish() {
        finished.append(table)
        finishedBytes += table.bytes
      }
      current = nil
      let begun = try TableOutput(
        environment, region: region, in: environment.table(of: region), group: group,
        number: environment.versions.fileNumbers.next())
      current = begun
      return begun
    }
  }

  private func callMeanwhile() throws(StoreError) {
    do throws(StoreError) {
      try meanwhile()
    } catch {
      hasFailedMeanwhile = true
      throw error
    }
  }

  /// Ends the last SSTable; returns all.
  func finish() throws(StoreError) -> [Table] {
    try noting { () throws(StoreError) in
      if let table = try current?.finish() { finished.append(table) }
      current = nil
    }
    return finished
  }

  /// Removes what was written, of which no MANIFEST knows.
  func discard() {
    current?.discard()
    environment.discard(finished)
  }

  private func noting<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
    do throws(StoreError) {
      return try body()
    } catch {
      writeError = error
      throw error
    }
  }
}
