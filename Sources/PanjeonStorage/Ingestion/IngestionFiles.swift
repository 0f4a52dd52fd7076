// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// An SSTable of an ingestion, and for which region and group it was written.
struct IngestedFile: Sendable {
  var region: Region
  var group: Int
  var table: Table
}

/// The SSTables of an ingestion while they are written: one for each region and group that the rows fall into.
@safe final class IngestionFiles: @unchecked Sendable {
  // Unchecked: one call at a time, each awaited before the next (`IngestionWriter` is passed `inout`).

  private let environment: BackgroundEnvironment
  private let table: TableHandle
  private var region: Region?
  /// By group, those of the present region that have cells.
  private var outputs: [TableOutput?]
  private var finished: [IngestedFile] = []

  init(_ environment: BackgroundEnvironment, _ table: TableHandle) {
    self.environment = environment
    self.table = table
    outputs = Array(repeating: nil, count: table.record.groupCount)
  }

  /// Writes rows, which follow those before.
  ///
  /// Throws `io`, `noSpace`, `closed`.
  func write(_ rows: [IngestionRow]) throws(StoreError) {
    for row in rows {
      if environment.isStopping { throw .storeClosed }
      let region = table.region(of: row.row)
      if region !== self.region { try finishRegion() }
      self.region = region
      for cell in row.cells {
        let output = try output(region, cell.group)
        try unsafe row.row.withRawBytes { (row) throws(StoreError) in
          try unsafe cell.key.withRawBytes { (key) throws(StoreError) in
            try unsafe cell.value.withRawBytes { (value) throws(StoreError) in
              try unsafe output.add(row: row, key: key, value: value)
            }
          }
        }
      }
    }
  }

  private func output(_ region: Region, _ group: Int) throws(StoreError) -> TableOutput {
    if let begun = outputs[group] { return begun }
    let output = try TableOutput(
      environment, region: region, in: table, group: group,
      number: environment.versions.fileNumbers.next())
    outputs[group] = output
    return output
  }

  private func finishRegion() throws(StoreError) {
    guard let region else { return }
    for group in outputs.indices {
      guard let output = outputs[group] else { continue }
      if let table = try output.finish() {
        finished.append(IngestedFile(region: region, group: group, table: table))
      }
      outputs[group] = nil
    }
  }

  /// Ends the last files, durably; returns all.
  func finish() throws(StoreError) -> [IngestedFile] {
    try finishRegion()
    return finished
  }

  /// Removes what was written, of which no MANIFEST knows.
  func discard() {
    for output in outputs { output?.discard() }
    outputs = outputs.map { _ in nil }
    environment.discard(finished.map(\.table))
    finished = []
  }
}
