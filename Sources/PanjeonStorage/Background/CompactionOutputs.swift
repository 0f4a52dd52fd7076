// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The SSTables that a compaction writes, one after the other; a row is never cut in two.
final class CompactionOutputs {
  private let environment: BackgroundEnvironment
  private let region: Region
  private let group: Int
  private let fileBytesMax: UInt64
  private var finished: [Table] = []
  private var current: TableOutput?
  private var lastRow: [UInt8] = []

  /// What kept something from being written; nil while the inputs are to blame for whatever fails.
  private(set) var writeError: StoreError?

  init(
    _ environment: BackgroundEnvironment, region: Region, group: Int, fileBytesMax: UInt64
  ) {
    self.environment = environment
    self.region = region
    self.group = group
    self.fileBytesMax = fileBytesMax
  }

  /// Adds a cell behind the last one.
  ///
  /// Throws `io`, `noSpace`; `corruption` when it does not sort there; `closed` when the store is closing.
  func add(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) throws(StoreError) {
    if environment.isStopping { throw StoreError(.closed, "the store is closing") }
    let isNewRow = unsafe !lastRow.elementsEqual(row)
    if isNewRow { lastRow = unsafe Array(row) }
    try noting { () throws(StoreError) in
      if isNewRow, let full = current, full.estimatedFileBytes >= fileBytesMax {
        if let table = try full.finish() { finished.append(table) }
        current = nil
      }
      let target: TableOutput
      if let begun = current {
        target = begun
      } else {
        target = try TableOutput(
          environment, region: region, in: environment.table(of: region), group: group,
          number: environment.versions.fileNumbers.next())
        current = target
      }
      try unsafe target.add(row: row, key: key, value: value)
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

  private func noting(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    do throws(StoreError) {
      try body()
    } catch {
      writeError = error
      throw error
    }
  }
}
