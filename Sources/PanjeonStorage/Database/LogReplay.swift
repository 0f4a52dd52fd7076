// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Brings back into memtables what the log has and the SSTables have not.
package struct LogReplay {
  private let directory: String
  private let configuration: StoreConfiguration
  private let isReadOnly: Bool
  private let fileSystem: any FileSystem

  package init(_ directory: String, _ configuration: StoreConfiguration, isReadOnly: Bool) {
    self.directory = directory
    self.configuration = configuration
    self.isReadOnly = isReadOnly
    fileSystem = configuration.fileSystem
  }

  private struct Segment {
    var number: UInt64
    var file: any File
    var header: LogSegmentHeader
  }

  package func run(_ loaded: inout LoadedStore) throws(StoreError) {
    let segments = try findSegments(from: loaded.state.minLogNumber)
    try checkChain(segments, minLogNumber: loaded.state.minLogNumber)
    var replayer = LogReplayer(loaded, memtableBytesMax: configuration.memtableBytesMax)
    for (index, segment) in segments.enumerated() {
      let end = index + 1 < segments.count ? segments[index + 1].header.previousEnd : nil
      // What a killed process handed to the system may not be on disk yet. It must be before anything is
      // written behind it, or a power cut could take it and leave what depends on it.
      if !isReadOnly { try segment.file.sync() }
      let path = segment.file.path
      let tail = try unsafe LogReader.read(file: segment.file, number: segment.number, end: end) {
        (bytes, offset) throws(StoreError) in
        do throws(StoreError) {
          try unsafe replayer.apply(bytes, logNumber: segment.number)
        } catch {
          throw StoreError(error.code, error.message, file: path, offset: offset)
        }
      }
      loaded.report.bytesDropped += tail.droppedBytes
      loaded.segments.append((segment.number, tail.end))
      loaded.lastSegment = (segment.number, tail.end)
      segment.file.close()
    }
    replayer.finish()
    loaded.lastSequence = max(loaded.lastSequence, replayer.lastSequence)
    loaded.lastTimestamp = max(loaded.lastTimestamp, replayer.lastTimestamp)
    loaded.report.recordsReplayed = replayer.records
  }

  /// The segments that may hold records the SSTables lack, oldest first.
  ///
  /// The newest file may have been created or renamed without its header reaching the disk: nothing was ever
  /// acknowledged from it, and it counts as not there.
  private func findSegments(from minLogNumber: UInt64) throws(StoreError) -> [Segment] {
    var numbers: [UInt64] = []
    guard try fileSystem.exists(directory) else { return [] }
    for name in try fileSystem.list(directory) {
      if case .log(let number)? = FileNames(name), number >= minLogNumber { numbers.append(number) }
    }
    numbers.sort()
    var segments: [Segment] = []
    for number in numbers {
      let file = try fileSystem.open(FileNames.path(directory, .log(number)), .read)
      if let header = try LogReader.header(file: file, number: number) {
        segments.append(Segment(number: number, file: file, header: header))
        continue
      }
      guard number == numbers.last else {
        throw StoreError(
          .corruption, "the log segment has lost its header; restore it from a copy",
          file: file.path, offset: 0)
      }
      // If a later chunk of it is whole, the header was on disk once and has rotted.
      let tail = try unsafe LogReader.read(file: file, number: number, end: nil) { _, _ in }
      if tail.end > 0 {
        throw StoreError(
          .corruption, "the header of the newest log segment is damaged", file: file.path, offset: 0
        )
      }
      file.close()
    }
    return segments
  }

  /// Each segment must follow the one before it; a gap would be a silent loss.
  private func checkChain(_ segments: [Segment], minLogNumber: UInt64) throws(StoreError) {
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
