// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// How a segment of the log ended.
package struct LogTail: Hashable, Sendable {
  /// The segment's header; nil when not even that reached the disk.
  package var header: LogSegmentHeader?

  /// The offset behind the last whole record.
  package var end: UInt64

  /// The bytes behind `end` that this log had begun to write and a crash took.
  package var droppedBytes: UInt64
}

/// Reads the records of a log segment and tells a torn end from rot.
package enum LogReader {
  /// Reads a segment.
  ///
  /// - Parameters:
  ///   - file: The segment.
  ///   - number: Its number; chunks of another number are what the file held before.
  ///   - end: Where the segment ended, as the next one's header says; nil for the newest segment.
  ///   - onRecord: Called for each record with the offset of its first chunk.
  /// - Returns: How the segment ended.
  /// - Throws: `corruption` when bytes that were on disk are not what was written: anything amiss before `end`,
  ///   or, in the newest segment, something amiss before an offset that a later chunk knows to be synced.
  ///   `unsupportedFormat` when a newer version wrote it; what `onRecord` throws.
  package static func read(
    file: any File, number: UInt64, end: UInt64?,
    onRecord: (UnsafeRawBufferPointer, UInt64) throws(StoreError) -> Void
  ) throws(StoreError) -> LogTail {
    var scanner = LogScanner(file: file, number: number)
    var reader = RecordAssembler()
    var tail = LogTail(header: nil, end: 0, droppedBytes: 0)
    while end.map({ tail.end < $0 }) ?? true {
      let chunkStart = scanner.offset
      guard case .chunk(let type, let payload, _) = try scanner.next() else {
        return try finish(tail, &scanner, file: file, expectedEnd: end)
      }
      if type == .segmentHeader {
        tail.header = try header(scanner, payload, file: file)
        tail.end = scanner.offset
        continue
      }
      let isWhole = unsafe scanner.block.withUnsafeBytes { block in
        unsafe reader.append(type, UnsafeRawBufferPointer(rebasing: block[payload]), at: chunkStart)
      }
      guard let isWhole else {
        throw StoreError(
          .corruption, "the chunks of a log record do not fit together", file: file.path,
          offset: chunkStart)
      }
      if isWhole {
        try unsafe reader.record.withRawBytes { (bytes) throws(StoreError) in
          try unsafe onRecord(bytes, reader.start)
        }
        tail.end = scanner.offset
      }
    }
    return tail
  }

  /// Reads only the header of a segment; nil when it is not there whole.
  package static func header(file: any File, number: UInt64) throws(StoreError) -> LogSegmentHeader?
  {
    var scanner = LogScanner(file: file, number: number)
    guard case .chunk(.segmentHeader, let payload, _) = try scanner.next() else { return nil }
    return try header(scanner, payload, file: file)
  }

  private static func finish(
    _ tail: LogTail, _ scanner: inout LogScanner, file: any File, expectedEnd: UInt64?
  ) throws(StoreError) -> LogTail {
    var tail = tail
    if let expectedEnd {
      throw StoreError(
        .corruption,
        "the log segment should hold records up to byte \(expectedEnd); restore it from a copy",
        file: file.path, offset: tail.end)
    }
    let bad = scanner.offset
    let evidence = try scanner.evidence(behind: bad)
    if evidence.synced > tail.end {
      throw StoreError(
        .corruption,
        "bytes of the log that were on disk (up to byte \(evidence.synced)) are damaged; "
          + "this is no torn write: restore the store from a copy", file: file.path, offset: bad)
    }
    let lastByte = max(evidence.end, scanner.lastChunkEnd, scanner.tornChunkEnd)
    tail.droppedBytes = lastByte > tail.end ? lastByte - tail.end : 0
    return tail
  }

  private static func header(
    _ scanner: LogScanner, _ payload: Range<Int>, file: any File
  ) throws(StoreError) -> LogSegmentHeader {
    let decoded = unsafe scanner.block.withUnsafeBytes {
      block -> Result<LogSegmentHeader, MalformedBytes>? in
      var reader = unsafe ByteReader(UnsafeRawBufferPointer(rebasing: block[payload]))
      do throws(MalformedBytes) {
        guard try reader.readFixed32LE() == LogFormat.magic else { throw MalformedBytes() }
        guard try reader.readFixed32LE() <= LogFormat.version else { return nil }
        return .success(
          LogSegmentHeader(
            number: try reader.readFixed64LE(), previousNumber: try reader.readFixed64LE(),
            previousEnd: try reader.readFixed64LE()))
      } catch {
        return .failure(error)
      }
    }
    switch decoded {
    case .success(let header)?: return header
    case nil:
      throw StoreError(
        .unsupportedFormat,
        "the log segment was written by a newer version of Panjeon; open it with that version",
        file: file.path, offset: 0)
    case .failure?:
      throw StoreError(
        .corruption, "the header of the log segment is damaged", file: file.path, offset: 0)
    }
  }
}

/// Puts the chunks of a record together.
struct RecordAssembler {
  private(set) var record: [UInt8] = []
  private(set) var start: UInt64 = 0
  private(set) var isInside = false

  /// Forgets the chunks of a record whose other chunks are lost.
  mutating func drop() {
    isInside = false
  }

  /// Adds a chunk; returns whether the record is whole now, or nil when the chunk does not belong here.
  mutating func append(
    _ type: LogFormat.ChunkType, _ payload: UnsafeRawBufferPointer, at offset: UInt64
  ) -> Bool? {
    switch type {
    case .full, .first:
      guard !isInside else { return nil }
      record.removeAll(keepingCapacity: true)
      start = offset
    case .middle, .last:
      guard isInside else { return nil }
    case .segmentHeader: return nil
    }
    guard record.count + payload.count <= LogFormat.recordBytesMax else { return nil }
    unsafe record.append(contentsOf: payload)
    isInside = type == .first || type == .middle
    return !isInside
  }
}
