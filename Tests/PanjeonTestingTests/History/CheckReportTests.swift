// SPDX-License-Identifier: Apache-2.0

import Foundation
import PanjeonTesting
import Testing

@Suite("CheckReport")
struct CheckReportTests {
  private static let writeSkew = """
    1 0-9 rx ry ax1
    2 0-9 rx ry ay1
    """

  @Test("The text explains each edge of the cycle in words")
  func text() throws {
    let report = try ShortHistory(Self.writeSkew).check()
    #expect(
      report.text == """
        strict-serializable: violated
        2 transactions: 2 committed, 0 failed, 0 unknown
        ruled out: repeatable-read, and what is stronger
        not ruled out: snapshot-isolation, and what is weaker

        G2-item (write skew): a cycle of 2 transactions
          T1  lines 1, 3, process 1, ok: ["r","x",[]] ["r","y",[]] ["append","x",1]
          T2  lines 2, 4, process 2, ok: ["r","x",[]] ["r","y",[]] ["append","y",1]
          T1 comes before T2 (rw): T1 read "y" and found nothing, before T2 appended 1.
          T2 comes before T1 (rw): T2 read "x" and found nothing, before T1 appended 1.
          So each of them comes before itself.

        """)
  }

  @Test("The JSON is JSON, and has the names", arguments: PlantedCases.all.indices)
  func json(_ place: Int) throws {
    let report = try ShortHistory(PlantedCases.all[place].history).check()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
    #expect(object["verdict"] as? String == "violated")
    let anomalies = try #require(object["anomalies"] as? [[String: Any]])
    #expect(anomalies.map { $0["name"] as? String } == report.anomalies.map(\.name))
    for anomaly in anomalies {
      let count = (anomaly["cycle"] as? [Any])?.count
      #expect(count == 0 || count == (anomaly["transactions"] as? [Any])?.count)
    }
  }

  @Test(
    "Cycles that have a name of their own have it",
    arguments: [
      (writeSkew, Anomaly.Pattern.writeSkew),
      ("1 0-9 ax1 ay1\n2 0-9 rx1 ry", .readSkew),
      ("1 0-9 ax1\n2 0-9 ay1\n3 0-9 rx1 ry\n4 0-9 rx ry1", .longFork),
      ("1 0-9 ?s +s1\n2 0-9 ?s +s2", .phantom),
    ])
  func pattern(_ history: String, _ pattern: Anomaly.Pattern) throws {
    let report = try ShortHistory(history).check()
    #expect(report.anomalies.map(\.pattern) == [pattern])
  }

  @Test("Levels are weaker and stronger as Adya has them")
  func levels() {
    for level in ConsistencyLevel.allCases {
      #expect(ConsistencyLevel.strictSerializable.implies(level))
      #expect(level.implies(.readUncommitted))
    }
    #expect(!ConsistencyLevel.repeatableRead.implies(.snapshotIsolation))
    #expect(!ConsistencyLevel.snapshotIsolation.implies(.repeatableRead))
    #expect(ConsistencyLevel.serializable.implies(.snapshotIsolation))
    #expect(!ConsistencyLevel.serializable.implies(.strictSerializable))
  }

  @Test("The order of a register's versions can be taken from real time at a weaker level")
  func linearizableRegisters() throws {
    let history = try ShortHistory(
      """
      1 0-9 wx1
      2 10-19 wx2 wy2
      3 10-29 gx1 gy2
      """)
    #expect(history.check(.serializable).verdict != .violated)
    var options = HistoryChecker.Options(level: .serializable)
    options.registersAreLinearizable = true
    let report = HistoryChecker(options).check(history.history)
    #expect(history.describe(report) == ["G-single: 2 -wr y-> 3 -rw x-> 2"])
    #expect(report.verdict == .violated)
  }

  @Test("The order of a register's versions can be taken from processes at a weaker level")
  func sequentialRegisters() throws {
    let history = try ShortHistory(
      """
      1 0-9 wx1
      1 10-19 wx2 wy2
      3 10-29 gx1 gy2
      """)
    #expect(history.check(.serializable).verdict != .violated)
    var options = HistoryChecker.Options(level: .serializable)
    options.registersAreSequential = true
    let report = HistoryChecker(options).check(history.history)
    #expect(history.describe(report) == ["G-single: 2 -wr y-> 3 -rw x-> 2"])
  }

  @Test("Anomalies of one name are bounded, and a bounded search says so")
  func bounds() throws {
    var options = HistoryChecker.Options()
    options.searchedEdgesMax = 0
    let history = try ShortHistory(Self.writeSkew)
    let report = HistoryChecker(options).check(history.history)
    #expect(report.anomalies.map(\.name) == ["cycle-exists"])
    #expect(report.verdict == .violated)
    options.anomaliesMax = 1
    let two = try ShortHistory("1 0-9 ax1 rx\n2 0-9 ay1 ry")
    #expect(
      HistoryChecker(options).check(two.history).anomalies.count { $0.kind == .internalRead } == 1)
  }
}
