// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Which segments recovery reads, and which it refuses to do without.
@Suite("Chain of log segments")
struct LogChainTests {
  private static let directory = "/chain"

  /// Creates a segment with two records, the second of several blocks; returns where it ends.
  @discardableResult
  private func write(
    _ number: UInt64, after previous: (number: UInt64, end: UInt64)?, _ disk: InMemoryFileSystem
  ) throws -> UInt64 {
    let path = FileNames.path(Self.directory, .log(number))
    var writer = LogWriter(
      file: try disk.open(path, .createNew), number: number, previous: previous)
    let bytes = [UInt8](repeating: UInt8(number), count: 3 * LogFormat.blockBytes)
    bytes.withUnsafeBytes { whole in
      writer.append(UnsafeRawBufferPointer(rebasing: whole[..<100]))
    }
    try writer.flush()
    try writer.sync()
    // What is written behind a sync says what was on disk.
    bytes.withUnsafeBytes { writer.append($0) }
    try writer.flush()
    try writer.sync()
    return writer.offset
  }

  private func create(_ number: UInt64, _ disk: InMemoryFileSystem) throws {
    try disk.open(FileNames.path(Self.directory, .log(number)), .createNew).close()
  }

  private func chain(_ disk: InMemoryFileSystem) throws(StoreError) -> [UInt64] {
    try LogChain(in: Self.directory, disk, from: 3).segments.map(\.number)
  }

  private func disk() throws -> InMemoryFileSystem {
    let disk = InMemoryFileSystem()
    try disk.createDirectory(Self.directory)
    return disk
  }

  @Test("Any number of segments behind the last one with a header may lack theirs")
  func headerless() throws {
    let disk = try disk()
    let end = try write(3, after: nil, disk)
    try write(4, after: (3, end), disk)
    #expect(try chain(disk) == [3, 4])
    for number: UInt64 in 5...7 {
      try create(number, disk)
      #expect(try chain(disk) == [3, 4])
    }
  }

  @Test("One before it may not")
  func lost() throws {
    let disk = try disk()
    try create(3, disk)
    try write(4, after: (3, 0), disk)
    let error = #expect(throws: StoreError.self) { try chain(disk) }
    #expect(error?.code == .corruption)
    #expect(error?.file == FileNames.path(Self.directory, .log(3)))
  }

  @Test("Nor may one that holds something whole behind the place of its header, newest or not")
  func rotten() throws {
    let disk = try disk()
    let end = try write(3, after: nil, disk)
    try write(4, after: (3, end), disk)
    let file = try disk.open(FileNames.path(Self.directory, .log(4)), .readWrite)
    [UInt8](repeating: 0, count: 64).withUnsafeBytes { zeros in
      do {
        try file.write(zeros, at: 0)
      } catch {
        Issue.record(error)
      }
    }
    file.close()
    for number: UInt64 in 5...6 {
      let error = #expect(throws: StoreError.self) { try chain(disk) }
      #expect(error?.code == .corruption)
      #expect(error?.file == FileNames.path(Self.directory, .log(4)))
      try create(number, disk)
    }
  }
}
