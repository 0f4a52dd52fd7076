// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The segments of the log that recovery reads, oldest first, each of them following the one before it.
package struct LogChain {
  package struct Segment {
    package var number: UInt64
    package var file: any File
    package var header: LogSegmentHeader
  }

  package let segments: [Segment]

  /// Finds the segments from `minLogNumber` on.
  ///
  /// - Parameters:
  ///   - directory: The store's directory.
  ///   - fileSystem: Where it is.
  ///   - minLogNumber: The oldest segment that may hold records the SSTables lack.
  /// - Throws: `corruption` when a segment is missing or has lost its header; `unsupportedFormat`, `io`.
  package init(
    in directory: String, _ fileSystem: any FileSystem, from minLogNumber: UInt64
  ) throws(StoreError) {
    segments = try Self.find(directory, fileSystem, minLogNumber)
    try checkOrder(minLogNumber)
  }

  /// Where a segment ended, as the next one says; nil for the newest.
  package func end(of index: Int) -> UInt64? {
    index + 1 < segments.count ? segments[index + 1].header.previousEnd : nil
  }

  /// The numbers of the segments in a directory, ascending.
  package static func numbers(
    in directory: String, _ fileSystem: any FileSystem, from minLogNumber: UInt64
  ) throws(StoreError) -> [UInt64] {
    guard try fileSystem.exists(directory) else { return [] }
    return try fileSystem.list(directory).compactMap { name in
      guard case .log(let number)? = FileNames(name), number >= minLogNumber else { return nil }
      return number
    }.sorted()
  }

  /// The files behind the last segment with a header count as not there: nothing was ever acknowledged from them.
  ///
  /// The newest one may have been created or renamed without its header reaching the disk; so may others before it, when their first sync failed,
  /// the store was opened again while the system still had the header in memory, and the power was cut before what was replayed had been
  /// flushed (`Specs/LogRecovery`, `one-headerless`).
  private static func find(
    _ directory: String, _ fileSystem: any FileSystem, _ minLogNumber: UInt64
  ) throws(StoreError) -> [Segment] {
    var segments: [Segment] = []
    var headerless: [(number: UInt64, file: any File)] = []
    for number in try numbers(in: directory, fileSystem, from: minLogNumber) {
      let file = try fileSystem.open(FileNames.path(directory, .log(number)), .read)
      guard let header = try LogCopies.header(of: file, number: number) else {
        headerless.append((number, file))
        continue
      }
      if let lost = headerless.first {
        throw StoreError(
          .corruption, "the log segment has lost its header; restore it from a copy",
          file: lost.file.path, offset: 0)
      }
      segments.append(Segment(number: number, file: file, header: header))
    }
    for (number, file) in headerless {
      try requireEmpty(file, number)
      file.close()
    }
    return segments
  }

  /// Refuses a segment without a header of which a later chunk is whole: the header was on disk once and has rotted.
  private static func requireEmpty(_ file: any File, _ number: UInt64) throws(StoreError) {
    let copy = try LogCopies.readable(file, number: number, end: nil)
    let tail = try unsafe LogReader.read(file: copy, number: number, end: nil) { _, _ in }
    if tail.end > 0 {
      throw StoreError(
        .corruption, "the header of a log segment is damaged; restore it from a copy",
        file: file.path, offset: 0)
    }
  }

  /// Each segment must follow the one before it; a gap would be a silent loss.
  private func checkOrder(_ minLogNumber: UInt64) throws(StoreError) {
    for (previous, next) in zip(segments, segments.dropFirst())
    where next.header.previousNumber != previous.number {
      throw StoreError(
        .corruption,
        "log segment \(next.header.previousNumber) is missing between \(previous.number) and \(next.number); "
          + "restore it from a copy", file: next.file.path, offset: 0)
    }
    guard let first = segments.first, first.header.previousNumber >= minLogNumber,
      first.header.previousNumber != 0
    else { return }
    throw StoreError(
      .corruption, "log segment \(first.header.previousNumber) is missing; restore it from a copy",
      file: first.file.path, offset: 0)
  }
}
