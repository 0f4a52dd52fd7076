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
  /// - Returns: The file or its copies that should be the same, each read when those before it cannot be; they are closed with the file.
  /// - Throws: `corruption` when no copy is whole: that of the first; `io`.
  package static func readable(
    _ file: any File, number: UInt64, end: UInt64?
  ) throws(StoreError) -> any File {
    var whole: [any File] = []
    var wholeEnd: UInt64 = 0
    var damage: StoreError?
    var isDamaged = false
    let copies = file.copies
    if copies.isEmpty { return file }
    for (place, copy) in copies.enumerated() {
      do throws(StoreError) {
        let tail = try unsafe LogReader.read(file: copy, number: number, end: end) { _, _ in }
        if end != nil {
          // The others should be whole too, and are looked at only if this one cannot be read again.
          whole = Array(copies[place...])
          break
        }
        if tail.end > wholeEnd { whole = [] }
        if tail.end >= wholeEnd { whole.append(copy) }
        wholeEnd = max(wholeEnd, tail.end)
      } catch {
        damage = damage ?? error
        if error.code == .corruption { isDamaged = true }
      }
    }
    if isDamaged { file.reportDamagedCopy() }
    guard let first = whole.first else {
      throw damage ?? StoreError(.corruption, "the log segment has no copy", file: file.path)
    }
    return whole.count == 1 ? first : EqualCopies(whole)
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
