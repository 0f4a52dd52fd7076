// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// One SSTable being written by a flush or a compaction; removed again if it comes to nothing.
package final class TableOutput: CellSink {
  private let environment: BackgroundEnvironment
  private let number: UInt64
  private let path: String
  private let file: any File
  private let builder: TableBuilder

  package init(
    _ environment: BackgroundEnvironment, region: Region, in table: TableHandle, group: Int,
    number: UInt64
  ) throws(StoreError) {
    self.environment = environment
    self.number = number
    path = FileNames.path(environment.directory, .table(number))
    file = try environment.configuration.fileSystem.open(path, .createNew)
    let options = environment.tableOptions(of: region, in: table, group: group)
    builder = TableBuilder(file: file, options: options)
  }

  package var isEmpty: Bool { builder.cellCount == 0 }

  package var estimatedFileBytes: UInt64 { builder.estimatedFileBytes }

  package func add(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) throws(StoreError) {
    try unsafe builder.add(row: row, key: key, value: value)
  }

  package func addRow(
    _ row: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge
  ) throws(StoreError) -> Bool {
    try unsafe builder.addRow(row, runs, merge)
  }

  /// Makes the SSTable and its directory entry durable and opens it; nil when it holds nothing.
  package func finish() throws(StoreError) -> Table? {
    if isEmpty {
      discard()
      return nil
    }
    _ = try builder.finish()
    try environment.configuration.fileSystem.syncDirectory(environment.directory)
    return Table(try TableFile.open(file: file, number: number, cache: environment.cache))
  }

  /// Removes what was written, of which no MANIFEST knows.
  package func discard() {
    file.close()
    environment.discard(path)
  }
}

extension BackgroundEnvironment {
  /// Removes SSTables of which no MANIFEST knows.
  package func discard(_ tables: [Table]) {
    for table in tables {
      table.file.close()
      discard(FileNames.path(directory, .table(table.number)))
    }
  }

  fileprivate func discard(_ path: String) {
    do throws(StoreError) {
      try configuration.fileSystem.remove(path)
    } catch {
      configuration.logger.warning(
        "an unfinished SSTable stays behind; resume() and the next open remove it",
        metadata: ["error": "\(error)"])
    }
  }
}
