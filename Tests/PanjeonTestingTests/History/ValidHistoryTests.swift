// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing

/// What looks like an anomaly and is none.
@Suite("HistoryChecker: histories without anomalies")
struct ValidHistoryTests {
  static let histories: [(name: String, history: String)] = [
    (
      "writes in one order",
      """
      1 0-9 ax1 ay1
      2 0-9 ax2 ay2
      3 10-11 rx12 ry12
      """
    ),
    (
      "a failed append that nobody read",
      """
      1 0-9 ! ax1
      2 10-11 rx
      """
    ),
    (
      "both appends of a transaction are seen",
      """
      1 0-9 ax1 ax2
      2 0-9 rx12
      3 0-9 rx
      """
    ),
    (
      "one read what the other appended",
      """
      1 0-9 ax1 ry
      2 0-9 ay1 rx1
      """
    ),
    (
      "one transaction saw all of another, one saw nothing",
      """
      1 0-9 ax1 ay1
      2 0-9 rx1 ry1
      3 0-9 rx ry
      """
    ),
    (
      "two reads that can be ordered, where a long fork could be",
      """
      1 0-9 ax1
      2 0-9 ay1
      3 0-9 rx1 ry
      4 0-9 rx1 ry1
      """
    ),
    (
      "of two that would be write skew, one saw the other",
      """
      1 0-9 rx ry ax1
      2 0-9 rx1 ry ay1
      """
    ),
    (
      "of two updates, one saw the other",
      """
      1 0-9 rx ax1
      2 0-9 rx1 ax2
      3 10-11 rx12
      """
    ),
    (
      "transactions that overlap, in the order opposite to their begins",
      """
      1 0-9 ax1
      2 1-8 ax2
      3 10-11 rx21
      """
    ),
    (
      "a begin at the very end of another does not come after it",
      """
      1 0-9 ax1
      2 9-10 rx
      """
    ),
    (
      "own appends are seen",
      """
      1 0-9 ax1 rx1 ax2 rx12
      2 10-11 rx12
      """
    ),
    (
      "an own append after a read of others'",
      """
      1 0-9 ax1
      2 10-19 rx1 ax2 rx12
      """
    ),
    (
      "an unknown append that nobody read",
      """
      1 0-9 ~ ax1
      2 20-21 rx
      """
    ),
    (
      "an unknown append that took effect late",
      """
      1 0-9 ~ ax1
      2 20-21 rx
      3 30-31 rx1
      """
    ),
    (
      "two appends that nobody read",
      """
      1 0-9 ax1
      2 0-9 ax2
      3 0-9 rx
      """
    ),
    (
      "registers: a blind write between two others",
      """
      1 0-9 wx1
      2 0-9 wx2
      3 0-9 gx1
      4 10-11 gx2
      """
    ),
    (
      "registers: an unknown write that took effect late",
      """
      1 0-9 wx1
      2 0-9 ~ wx2
      3 10-11 gx1
      4 20-21 gx2
      """
    ),
    (
      "registers: own writes are seen",
      """
      1 0-9 gx wx1 gx1 wx2 gx2
      2 10-11 gx2
      """
    ),
    (
      "ranges: of two that would be phantoms, one saw the other",
      """
      1 0-9 ?s +s1
      2 0-9 ?s1 +s2
      3 10-11 ?s21
      """
    ),
    (
      "ranges: an id that was deleted before the scan",
      """
      1 0-9 +s1
      2 10-19 -s1
      3 20-21 ?s
      """
    ),
    (
      "ranges: a scan beside an insert and a delete",
      """
      1 0-9 +s1
      2 10-19 -s1
      3 0-19 ?s
      """
    ),
    (
      "ranges: an unknown delete that the scan shows",
      """
      1 0-9 +s1
      2 10-19 ~ -s1
      3 20-21 ?s1
      4 30-31 ?s
      """
    ),
    (
      "ranges: an insert and a delete of one transaction",
      """
      1 0-9 +s1 ?s1 -s1 ?s
      2 10-19 ?s
      """
    ),
  ]

  @Test("It holds to strict serializability", arguments: histories.indices)
  func holds(_ place: Int) throws {
    let (name, text) = Self.histories[place]
    let report = try ShortHistory(text).check()
    #expect(report.verdict == .holds, "\(name)\n\(report.text)")
    #expect(report.anomalies.isEmpty, "\(name)\n\(report.text)")
    #expect(report.remaining == [.strictSerializable])
    #expect(report.ruledOut.isEmpty)
  }

  @Test("No transaction committed: nothing is known")
  func empty() throws {
    let report = HistoryChecker().check(try History([HistoryEvent]()))
    #expect(report.verdict == .unknown)
    #expect(report.unchecked == ["no transaction committed"])
  }

  @Test("What was read may be of a transaction that did not say what it writes")
  func unspecified() throws {
    let history = try History([
      HistoryEvent(process: 1, kind: .invoke, time: 0, value: []),
      HistoryEvent(process: 1, kind: .info, time: 9, value: []),
      HistoryEvent(process: 2, kind: .invoke, time: 10, value: []),
      HistoryEvent(process: 2, kind: .ok, time: 11, value: [.read("x", .list([1]))]),
    ])
    let report = HistoryChecker().check(history)
    #expect(report.anomalies.isEmpty)
    #expect(report.verdict == .unknown, "\(report.text)")
  }

  @Test("What a transaction of unknown end had read gives the order of versions, if it says so")
  func unknownSuccession() throws {
    // Two that overlap: 1 wrote 1 over nothing; 2, of unknown end, wrote 2 over 1; then 3 read 2.
    func events(_ read: MicroOperation.ReadResult?) -> [HistoryEvent] {
      [
        HistoryEvent(process: 1, kind: .invoke, time: 0, value: []),
        HistoryEvent(process: 2, kind: .invoke, time: 1, value: []),
        HistoryEvent(process: 3, kind: .invoke, time: 2, value: []),
        HistoryEvent(process: 2, kind: .info, time: 3, value: [.read("x", read), .write("x", 2)]),
        HistoryEvent(process: 1, kind: .ok, time: 4, value: [.read("x", nil), .write("x", 1)]),
        HistoryEvent(process: 3, kind: .ok, time: 5, value: [.read("x", .register(1))]),
        HistoryEvent(process: 4, kind: .invoke, time: 6, value: []),
        HistoryEvent(process: 4, kind: .ok, time: 7, value: [.read("x", .register(2))]),
        HistoryEvent(process: 5, kind: .invoke, time: 8, value: []),
        HistoryEvent(process: 5, kind: .ok, time: 9, value: [.read("x", .register(1))]),
      ]
    }
    let options = HistoryChecker.Options(level: .serializable)
    #expect(HistoryChecker(options).check(try History(events(nil))).verdict == .holds)
    // Serializable it may be: whoever reads the older version comes earlier.
    #expect(HistoryChecker(options).check(try History(events(.register(1)))).verdict == .holds)
    // By real time it was 2 and then 1 again, and that is a contradiction only if 2 came after 1.
    let report = HistoryChecker().check(try History(events(.register(1))))
    #expect(report.verdict == .violated, "\(report.text)")
    #expect(report.anomalies.contains { $0.violates.contains(.strictSerializable) })
  }
}
