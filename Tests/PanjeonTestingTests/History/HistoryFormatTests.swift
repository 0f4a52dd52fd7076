// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing
import WideColumn

@Suite("History: the format of its file")
struct HistoryFormatTests {
  @Test("Every micro-operation is read as it was written")
  func roundTrip() throws {
    let operations: [MicroOperation] = [
      .append("x", 1), .read("x", .list([1, -7, "two \"\\\n\u{1F600}"])), .write(-3, "v"),
      .read(-3, .register("v")), .read("z", nil), .insert("s", 5), .scan("s", [5]),
      .delete("s", 5), .scan("s", []),
    ]
    let events = [
      HistoryEvent(process: 0, kind: .invoke, time: -5, value: []),
      HistoryEvent(process: 0, kind: .ok, time: 10, value: operations),
    ]
    let history = try History(jsonLines: events.map(\.jsonLine).joined(separator: "\n"))
    #expect(history.transactionCount == 1)
    #expect(history.committedCount == 1)
    let read = history.steps[history.transactions[0].steps].map(history.operation)
    #expect(read == operations)
  }

  @Test("Blank lines, blanks, other fields, escapes and CRLF are passed over")
  func tolerated() throws {
    let history = try History(
      jsonLines: """
        \n{ "index": [1, {"a": null, "b": [true, false, -1.5e3]}], "process" : 7, "type":"invoke",\
         "time": 0, "value": [["r", "\\u0078\\ud83d\\ude00", null]] }\r
        {"type":"fail","process":7,"time":0,"value":null}

        """)
    #expect(history.failedCount == 1)
    let step = history.steps[history.transactions[0].steps][0]
    #expect(history.operation(step) == .read("x\u{1F600}", nil))
  }

  private static let begin = #"{"process":0,"type":"invoke","time":5,"value":[["append","x",1]]}"#

  static let illFormed: [(text: String, error: String)] = [
    ("[]", "line 1: no JSON object"),
    ("\n{", "line 2: a field's name is no string"),
    (#"{"process":0}"#, #"line 1: no "type""#),
    (#"{"process":0,"type":"invoke","value":[]}"#, #"line 1: no "time""#),
    (#"{"type":"invoke","time":0,"value":[]}"#, #"line 1: no "process""#),
    (#"{"process":0,"type":"invoke","time":0}"#, #"line 1: no "value""#),
    (#"{"process":0,"type":"begin","time":0}"#, #"line 1: unknown type "begin""#),
    (#"{"process":0,"process":0}"#, #"line 1: "process" twice"#),
    (#"{"process":1.5}"#, #"line 1: "process" is no integer"#),
    (#"{"process":9223372036854775808}"#, #"line 1: "process" is too large"#),
    (#"{"process":0,"type":"invoke","time":0,"value":[]} {}"#, "line 1: more than one JSON object"),
    (
      #"{"process":0,"type":"invoke","time":0,"value":[["cas","x",1]]}"#,
      #"line 1: unknown micro-operation "cas""#
    ),
    (
      #"{"process":0,"type":"invoke","time":0,"value":[["append","x",true]]}"#,
      "line 1: an element is no integer"
    ),
    (
      #"{"process":0,"type":"invoke","time":0,"value":[["append","x"]]}"#,
      #"line 1: "," expected at byte 61"#
    ),
    (#"{"process":0,"type":"ok","time":0,"value":[]}"#, "line 1: process 0 has begun nothing"),
    (
      "\(begin)\n\(begin)",
      "line 2: process 0 has not finished what it began at line 1"
    ),
    (
      "\(begin)\n" + #"{"process":0,"type":"ok","time":4,"value":[["append","x",1]]}"#,
      "line 2: the time of process 0 runs backwards"
    ),
    (
      "\(begin)\n" + #"{"process":0,"type":"ok","time":6,"value":[["append","x",2]]}"#,
      "line 2: not the transaction that was begun at line 1"
    ),
    (
      "\(begin)\n" + #"{"process":0,"type":"info","time":6}"# + "\n"
        + #"{"process":0,"type":"invoke","time":7,"value":[]}"#,
      "line 3: process 0 ended with the info of line 2"
    ),
    (
      "\(begin)\n" + #"{"process":0,"type":"info","time":6}"# + "\n"
        + #"{"process":0,"type":"ok","time":7,"value":[["append","x",1]]}"#,
      "line 3: process 0 ended with the info of line 2"
    ),
    (
      "\(begin)\n" + #"{"process":0,"type":"fail","time":6}"# + "\n"
        + #"{"process":0,"type":"fail","time":7}"#,
      "line 3: process 0 has begun nothing"
    ),
    (
      "\(begin)\n" + #"{"process":1,"type":"invoke","time":5,"value":[["append","x",1]]}"#,
      #"line 2: ["append","x",1] is also in the transaction of line 1"#
    ),
    (
      "\(begin)\n" + #"{"process":1,"type":"invoke","time":5,"value":[["w","x",2]]}"#,
      #"line 2: key "x" is no register: see line 1"#
    ),
    (
      #"{"process":1,"type":"invoke","time":5,"value":[["delete","s",2]]}"#,
      #"line 1: ["delete","s",2] deletes what nobody inserts"#
    ),
  ]

  @Test("What is ill formed is refused, with its line", arguments: illFormed.indices)
  func refused(_ place: Int) throws {
    let (text, expected) = Self.illFormed[place]
    let error = #expect(throws: HistoryError.self) { try History(jsonLines: text) }
    #expect(error?.description == expected)
  }

  @Test("Bytes at random are refused, and nothing worse")
  func randomBytes() {
    var random = SplitMix64(seed: 7)
    let pieces =
      [
        "{", "}", "[", "]", ",", ":", "\"", "\\u12", "\\", "\n", "process", "\"type\"", "null", "-",
        "1",
        "\"value\"", "\u{1F600}", "1e5",
      ].map { Array($0.utf8) } + [[0xFF], [0x00]]
    for _ in 0..<20_000 {
      let bytes = (0..<random.below(20)).flatMap { _ in pieces[random.below(pieces.count)] }
      _ = try? History(jsonLines: bytes)
    }
  }
}
