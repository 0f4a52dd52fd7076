// SPDX-License-Identifier: Apache-2.0

import Panjeon
import PanjeonInspector
import PanjeonTesting
import Testing

@Suite("LineReader")
struct LineReaderTests {
  private func lines(_ bytes: [UInt8]) throws -> [String] {
    let files = InMemoryFileSystem()
    try files.open("/lines", .createNew).close()
    files.setContents(of: "/lines", to: bytes)
    var reader = LineReader(try files.open("/lines", .read))
    var lines: [String] = []
    while let line = try reader.next() { lines.append(line) }
    return lines
  }

  @Test("Lines are read whole, wherever pieces end, with an end of the last or without")
  func whole() throws {
    let long = String(repeating: "한", count: 400_000)
    let texts = ["", "a", long, "", long + "x", "last"]
    for end in ["", "\n"] {
      let found = try lines(Array((texts.joined(separator: "\n") + end).utf8))
      #expect(found == texts)
    }
    #expect(try lines([]) == [])
    #expect(try lines([0x0A]) == [""])
  }

  @Test("What is no UTF-8 is refused")
  func malformed() {
    #expect(throws: StoreError.self) { _ = try lines([0x61, 0x0A, 0xFF, 0x0A]) }
  }
}
