// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Directories of runs")
struct RunDirectoryTests {
  private func write(_ name: String) throws {
    _ = try PosixFileSystem().open(name, .createNew)
  }

  @Test("What another run or its user has left stays, and the next run has a directory of its own")
  func fresh() throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let files = PosixFileSystem()
    let first = try RunDirectory.create("append-7", in: scratch.path)
    try write(first.path + "/notes")
    let second = try RunDirectory.create("append-7", in: scratch.path)
    #expect(first.path == scratch.path + "/append-7")
    #expect(second.path == scratch.path + "/append-7.2")
    #expect(try files.list(second.path) == [])
    try files.createDirectory(second.store)
    try write(second.store + "/file")
    try write(second.history)
    try second.remove()
    #expect(try files.list(scratch.path) == ["append-7"])
    #expect(try files.list(first.path) == ["notes"])
    try first.remove()
  }

  @Test("A directory that cannot be there is an error with its path")
  func missing() throws {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let error = #expect(throws: StoreError.self) {
      try RunDirectory.create("append-7", in: scratch.path + "/a/b")
    }
    #expect(error?.code == .io)
  }
}
