// SPDX-License-Identifier: Apache-2.0

package import PanjeonTesting

/// The history of several processes, each of which wrote its own file until it was killed.
///
/// Half a line at the end of a file is dropped: an `invoke` is written before its call, so nothing was called, and an end
/// that is missing is not known. What was noted of an attempt (a line that begins with `#`) becomes the `info` of its
/// process if no other event of the process follows. Lines that begin with a `!` are remarks (``LifeRemark``), and kept apart.
package struct JoinedHistory: Sendable {
  /// The history file.
  package private(set) var bytes: [UInt8]

  /// How many transactions have been begun in the files that were added.
  package private(set) var invocationCount = 0

  /// What clients met that is no part of a history.
  package private(set) var counts = WorkloadCounts()

  /// Why a process ended, in its own words.
  package private(set) var failure: RunFailure?

  /// Begins with the events of this process.
  package init(_ first: [UInt8] = []) {
    bytes = first
  }

  /// Adds the file of a process, as far as it came.
  package mutating func add(_ file: [UInt8]) {
    var notes: [Int: ArraySlice<UInt8>] = [:]
    var start = file.startIndex
    while let end = file[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = file[start..<end]
      start = end + 1
      if line.first == UInt8(ascii: "!") {
        note(line)
      } else if line.first == UInt8(ascii: "#") {
        if let process = Self.process(of: line.dropFirst()) { notes[process] = line.dropFirst() }
      } else {
        if let process = Self.process(of: line) { notes[process] = nil }
        if Self.isInvocation(line) { invocationCount += 1 }
        append(line)
      }
    }
    for process in notes.keys.sorted() { append(notes[process] ?? []) }
  }

  private mutating func note(_ line: ArraySlice<UInt8>) {
    switch LifeRemark(line: String(decoding: line, as: UTF8.self)) {
    case .met(let finding): counts.add(finding)
    case .failed(let failure): self.failure = failure
    case nil: break
    }
  }

  private mutating func append(_ line: ArraySlice<UInt8>) {
    bytes += line
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func isInvocation(_ line: ArraySlice<UInt8>) -> Bool {
    guard let comma = line.firstIndex(of: UInt8(ascii: ",")) else { return false }
    return line[comma...].starts(with: ",\"type\":\"invoke\"".utf8)
  }

  /// The number that a line of `HistoryEvent.jsonLine` begins with.
  private static func process(of line: ArraySlice<UInt8>) -> Int? {
    let prefix = Array("{\"process\":".utf8)
    guard line.starts(with: prefix) else { return nil }
    let digits = line.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: ",") }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
