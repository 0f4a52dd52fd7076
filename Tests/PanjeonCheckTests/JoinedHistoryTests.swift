// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import PanjeonTesting
import Testing

@Suite("Joined histories")
struct JoinedHistoryTests {
  private func line(
    _ process: Int, _ kind: HistoryEvent.Kind, _ value: [MicroOperation] = []
  ) -> String {
    HistoryEvent(process: process, kind: kind, time: 1, value: value).jsonLine
  }

  private func join(_ files: String...) -> String {
    var joined = JoinedHistory()
    for file in files { joined.add(Array(file.utf8)) }
    return String(decoding: joined.bytes, as: UTF8.self)
  }

  @Test("Files follow one another")
  func files() {
    let (a, b) = (line(1, .invoke) + "\n", line(2, .invoke) + "\n")
    #expect(join(a, b) == a + b)
  }

  @Test("Half a line at the end is dropped")
  func halfLine() {
    let (whole, half) = (line(1, .invoke) + "\n", line(2, .invoke).dropLast(3))
    #expect(join(whole + half) == whole)
    #expect(join("", whole) == whole)
    #expect(join(String(half)) == "")
  }

  @Test("What was begun is counted, as far as it was written down")
  func invocations() {
    var joined = JoinedHistory()
    joined.add(
      Array((line(1, .invoke) + "\n" + line(1, .ok) + "\n" + line(2, .invoke) + "\n").utf8))
    joined.add(Array((line(1_000_003, .invoke) + "\n#" + line(1_000_003, .info) + "\n").utf8))
    joined.add(Array(line(7, .invoke).dropLast().utf8))
    #expect(joined.invocationCount == 3)
  }

  @Test("What was noted of an attempt stands when nothing follows")
  func noteStands() {
    let first = line(1, .invoke) + "\n#" + line(1, .info, [.append(1, 1)]) + "\n"
    let second = "#" + line(1, .info, [.append(2, 1)]) + "\n"
    #expect(
      join(first + second)
        == line(1, .invoke) + "\n" + line(1, .info, [.append(2, 1)]) + "\n")
  }

  @Test("An end replaces what was noted before it")
  func noteReplaced() {
    let end = line(1, .ok, [.append(1, 1)]) + "\n"
    let file = line(1, .invoke) + "\n#" + line(1, .info, [.append(1, 1)]) + "\n" + end
    #expect(join(file) == line(1, .invoke) + "\n" + end)
  }

  @Test("Remarks are no events, and are counted")
  func remarks() {
    let end = line(1, .fail) + "\n"
    var joined = JoinedHistory()
    joined.add(Array((line(1, .invoke) + "\n" + end + "!error readOnly\n!error readOnly\n").utf8))
    #expect(joined.failure == nil)
    joined.add(Array("!error io\n!violated it is gone\n!error half".utf8))
    #expect(String(decoding: joined.bytes, as: UTF8.self) == line(1, .invoke) + "\n" + end)
    #expect(joined.counts.errors == ["readOnly": 2, "io": 1])
    #expect(joined.failure == RunFailure(.violated, "it is gone"))
  }

  @Test("Notes of several processes do not mix")
  func severalNotes() throws {
    let file = [
      line(1, .invoke), line(12, .invoke), "#" + line(12, .info, [.append(1, 12)]),
      "#" + line(1, .info, [.append(1, 1)]), line(1, .ok, [.append(1, 1)]),
    ].map { $0 + "\n" }.joined()
    let joined = join(file)
    #expect(joined.hasSuffix(line(12, .info, [.append(1, 12)]) + "\n"))
    #expect(try History(jsonLines: joined).committedCount == 1)
  }
}
