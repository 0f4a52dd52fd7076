// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Finds the copy of a log segment that can be read.
package enum LogCopies {
  /// What a segment is to be read from: the file, or that of its copies that holds most and is whole.
  ///
  /// Reads the copies through, so that nothing is replayed from one that turns out to be damaged halfway. The file is told of those that
  /// are.
  ///
  /// - Parameters:
  ///   - file: The segment.
  ///   - number: Its number.
  ///   - end: Where it ended, as the next one's header says; nil for the newest: copies of that may be of different length.
  /// - Returns: The file or a copy, which is closed with the file.
  /// - Throws: `corruption` when no copy is whole: that of the first; `io`.
  package static func readable(
    _ file: any File, number: UInt64, end: UInt64?
  ) throws(StoreError) -> any File {
    var best: (copy: any File, end: UInt64)?
    var damage: StoreError?
    var isDamaged = false
    let copies = file.copies
    if copies.isEmpty { return file }
    for copy in copies {
      do throws(StoreError) {
        let tail = try unsafe LogReader.read(file: copy, number: number, end: end) { _, _ in }
        if tail.end > best?.end ?? 0 || best == nil { best = (copy, tail.end) }
        if end != nil { break }
      } catch {
        damage = damage ?? error
        if error.code == .corruption { isDamaged = true }
      }
    }
    if isDamaged { file.reportDamagedCopy() }
    if let best { return best.copy }
    throw damage ?? StoreError(.corruption, "the log segment has no copy", file: file.path)
  }

  /// The header of a segment, from the first copy that has one; nil when none has.
  ///
  /// Throws as ``LogReader/header(file:number:)`` does of the first copy for which it throws, if none has a header.
  package static func header(
    of file: any File, number: UInt64
  ) throws(StoreError) -> LogSegmentHeader? {
    let copies = file.copies
    if copies.isEmpty { return try LogReader.header(file: file, number: number) }
    var damage: StoreError?
    for copy in copies {
      do throws(StoreError) {
        if let header = try LogReader.header(file: copy, number: number) { return header }
      } catch {
        damage = damage ?? error
      }
    }
    if let damage { throw damage }
    return nil
  }

  /// Whether a copy of a segment is the beginning of what the others hold, and only lacks the end: then it follows, or followed when the
  /// machine stopped, and is not damaged.
  package static func isBehind(
    _ copy: any File, number: UInt64, end: UInt64
  ) -> Bool {
    do throws(StoreError) {
      let tail = try unsafe LogReader.read(file: copy, number: number, end: nil) { _, _ in }
      return tail.end < end && tail.droppedBytes == 0
    } catch {
      return false
    }
  }
}
