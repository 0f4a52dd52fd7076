// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a directory is before a store is opened in it.
package enum StoreDirectory {
  /// Whether a store can be opened in the directory: true when it holds one, false when one may be made there.
  ///
  /// Only a directory that is empty, or holds nothing but what an interrupted creation leaves, may become a store.
  /// Throws `notAStore` for any other, `writableByOthers` where others could have changed what is in it.
  package static func inspect(
    _ directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> Bool {
    guard try fileSystem.exists(directory) else { return false }
    let names: [String]
    do {
      names = try fileSystem.list(directory)
    } catch {
      throw StoreError(
        .notAStore, "'\(directory)' is no directory that can be read", file: directory, cause: error
      )
    }
    let files = names.map { FileNames($0) }
    if files.contains(.current) {
      try requireOwn(directory, names, fileSystem)
      return true
    }
    for (name, file) in zip(names, files) {
      switch file {
      case .lock?, .currentTemporary?, .manifest(1)?: continue
      default: throw notAStore(directory, "it holds '\(name)' but no CURRENT")
      }
    }
    try requireOwn(directory, names, fileSystem)
    return false
  }

  /// Nobody else may be able to change what is taken for one's own: the directory, or a file in it.
  static func requireOwn(
    _ directory: String, _ names: [String], _ fileSystem: any FileSystem
  ) throws(StoreError) {
    let paths = [directory] + names.filter { FileNames($0) != nil }.map { directory + "/" + $0 }
    for path in paths {
      let isWritable: Bool
      do throws(StoreError) {
        isWritable = try fileSystem.isWritableByOthers(path)
      } catch {
        // Beside a writer a file may be gone by now.
        if path != directory, (try? fileSystem.exists(path)) == false { continue }
        throw error
      }
      guard isWritable else { continue }
      throw StoreError(
        .writableByOthers,
        "others than this user may write to it; make it your own (chown, chmod go-w) after looking at what is in it",
        file: path)
    }
  }

  package static func notAStore(_ directory: String, _ why: String) -> StoreError {
    StoreError(
      .notAStore, "'\(directory)' is not a Panjeon store: \(why); check the path", file: directory)
  }
}

extension StoreConfiguration {
  /// Refuses sizes that make no sense.
  package func validate() throws(StoreError) {
    let bounds: [(String, Int, ClosedRange<Int>)] = [
      ("memoryBudgetBytes", memoryBudgetBytes, (1 << 20)...(1 << 46)),
      ("memtableBytesMax", memtableBytesMax, (4 << 10)...(1 << 30)),
      ("unflushedMemtablesMax", unflushedMemtablesMax, 1...1024),
      ("logSegmentBytes", logSegmentBytes, (4 << 10)...(1 << 32)),
      ("logRetentionBytesMax", logRetentionBytesMax, (4 << 10)...(1 << 40)),
      ("spareLogSegmentsMax", spareLogSegmentsMax, 0...1024),
      ("pendingLogBytesMax", pendingLogBytesMax, (4 << 10)...(1 << 32)),
      ("recentRowsMax", recentRowsMax, 16...(1 << 24)),
      ("recheckAttemptsMax", recheckAttemptsMax, 1...100_000),
      ("snapshotsMax", snapshotsMax, 1...(1 << 24)), ("blockBytes", blockBytes, 64...(8 << 20)),
      ("bloomBitsPerRow", bloomBitsPerRow, 1...64),
      ("tableFileBytesMax", tableFileBytesMax, (4 << 10)...(1 << 40)),
      ("limits.rowKeyBytesMax", limits.rowKeyBytesMax, 1...(64 << 10)),
      ("limits.qualifierBytesMax", limits.qualifierBytesMax, 1...(64 << 10)),
      ("limits.valueBytesMax", limits.valueBytesMax, 1...(32 << 20)),
      ("limits.mutationsPerBatchMax", limits.mutationsPerBatchMax, 1...200_000),
      ("limits.batchBytesMax", limits.batchBytesMax, 1...(64 << 20)),
      ("scrubBytesPerSecond", scrubBytesPerSecond ?? 1, 1...(1 << 40)),
      ("readThreads", readThreads, 1...IOExecutor.threadsMax),
    ]
    for (name, value, range) in bounds where !range.contains(value) {
      throw StoreError(
        .invalidArgument,
        "\(name) is \(value); it must lie between \(range.lowerBound) and \(range.upperBound)")
    }
  }
}
