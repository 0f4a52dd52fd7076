// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Reads the records of a damaged log segment, those behind the damage too.
///
/// What recovery must never do, since what comes behind a lost record may depend on it; for ``EmbeddedStore/salvage(at:configuration:)``.
package enum LogSalvage {
  /// Reads a segment.
  ///
  /// - Parameters:
  ///   - file: The segment.
  ///   - number: Its number.
  ///   - end: Where it should end, if that is known.
  ///   - onRecord: Called for each record with the offset of its first chunk.
  /// - Returns: The bytes that hold no record that can be read; a torn end is not counted.
  /// - Throws: `io`.
  package static func read(
    file: any File, number: UInt64, end: UInt64?,
    onRecord: (UnsafeRawBufferPointer, UInt64) -> Void
  ) throws(StoreError) -> [Range<UInt64>] {
    var scanner = LogScanner(file: file, number: number)
    var assembler = RecordAssembler()
    var gaps: [Range<UInt64>] = []
    var readThrough: UInt64 = 0
    while end.map({ scanner.offset < $0 }) ?? true {
      let start = scanner.offset
      guard case .chunk(let type, let payload, _) = try scanner.next() else {
        assembler.drop()
        if try !scanner.skipToNextChunk() { break }
        gaps.append(readThrough..<scanner.offset)
        continue
      }
      if type == .segmentHeader {
        readThrough = scanner.offset
        continue
      }
      // A first chunk whose last one is lost, or the other way round.
      if assembler.isInside, type == .full || type == .first {
        assembler.drop()
        gaps.append(readThrough..<start)
      }
      let isWhole = unsafe scanner.block.withUnsafeBytes { block in
        unsafe assembler.append(
          type, UnsafeRawBufferPointer(rebasing: block[payload]), at: start)
      }
      guard let isWhole, isWhole else { continue }
      unsafe assembler.record.withRawBytes { unsafe onRecord($0, assembler.start) }
      readThrough = scanner.offset
    }
    if let end, readThrough < end { gaps.append(readThrough..<end) }
    return gaps
  }

  /// Which of a segment's copies to read: the one with most records that can be read.
  ///
  /// - Parameters:
  ///   - file: The segment.
  ///   - number: Its number.
  ///   - end: Where it should end, if that is known.
  /// - Returns: The file or a copy, which is closed with the file.
  /// - Throws: `io` when no copy can be read.
  package static func bestCopy(
    of file: any File, number: UInt64, end: UInt64?
  ) throws(StoreError) -> any File {
    var best: (copy: any File, records: Int)?
    var failure: StoreError?
    for copy in file.copies {
      var records = 0
      do throws(StoreError) {
        // What lies in gaps is no record, and records have one order: more of them are a better copy.
        _ = try unsafe read(file: copy, number: number, end: end) { _, _ in records += 1 }
      } catch {
        failure = failure ?? error
        continue
      }
      if best.map({ records > $0.records }) ?? true { best = (copy, records) }
    }
    if best == nil, let failure { throw failure }
    return best?.copy ?? file
  }
}
