// SPDX-License-Identifier: Apache-2.0

import PanjeonCheck
import Testing

@Suite("Names of histories")
struct HistoryNamesTests {
  @Test(
    "Workload and seed stand before the extension of the file's name",
    arguments: [
      ("history.jsonl", "history-append-7.jsonl"), ("h", "h-append-7"),
      ("/a.b/h", "/a.b/h-append-7"), ("/a.b/h.jsonl", "/a.b/h-append-7.jsonl"),
      ("a.tar.gz", "a.tar-append-7.gz"), (".hidden", ".hidden-append-7"),
      ("d/.hidden", "d/.hidden-append-7"),
    ])
  func derived(path: String, expected: String) {
    #expect(HistoryNames.path(path, of: "append-7") == expected)
  }
}
