// SPDX-License-Identifier: Apache-2.0

extension HermitageScript {
  /// The table of the suite, each with the schedule that shows the anomaly in a store that has it.
  ///
  /// Nothing blocks here: a transaction that would have waited loses at its commit.
  static let all: [HermitageScript] = [
    HermitageScript(
      "G0: writes of two are never mixed",
      [[.put(1, 11), .put(2, 21)], [.put(1, 12), .put(2, 22)]], [1, 2, 1, 1, 2, 2]
    ) { outcome in
      [[1: 11, 2: 21], [1: 12, 2: 22]].contains(outcome.rows) ? nil : "mixed"
    },
    HermitageScript(
      "G1a: what is rolled back is never seen",
      [[.put(1, 101), .rollback], [.get(1), .get(1)]], [1, 2, 1, 2, 2]
    ) { outcome in
      outcome.readings[1] == [[1: 10], [1: 10]] ? nil : "seen"
    },
    HermitageScript(
      "G1b: nothing but the last of several writes is seen",
      [[.put(1, 101), .put(1, 11)], [.get(1), .get(1)]], [1, 2, 1, 1, 2, 2]
    ) { outcome in
      outcome.readings[1] == [[1: 10], [1: 10]] ? nil : "seen"
    },
    HermitageScript(
      "G1c: two do not read each other's writes",
      [[.put(1, 11), .get(2)], [.put(2, 22), .get(1)]], [1, 2, 1, 2, 1, 2]
    ) { outcome in
      if outcome.readings != [[[2: 20]], [[1: 10]]] { return "read what is not committed" }
      return outcome.severalCommitted()
    },
    HermitageScript(
      "OTV: what was seen of a transaction does not vanish",
      [
        [.put(1, 11), .put(2, 19)], [.put(1, 12), .put(2, 18)],
        [.get(1), .get(2), .get(2), .get(1)],
      ], [1, 1, 2, 1, 3, 2, 3, 2, 3, 3, 3]
    ) { outcome in
      let readings = outcome.readings[2]
      return readings == [[1: 11], [2: 19], [2: 19], [1: 11]] ? nil : "T3 read \(readings)"
    },
    HermitageScript(
      "PMP: a predicate that was read holds at the end, too",
      [[.scan(.equals(30)), .scan(.isMultiple(of: 3))], [.put(3, 30)]], [1, 2, 2, 1, 1]
    ) { outcome in
      outcome.readings[0] == [[:], [:]] ? nil : "T1 read \(outcome.readings[0])"
    },
    HermitageScript(
      "PMP for writes: a predicate that rows were removed by holds at the end",
      [[.addToAll(10)], [.replace(.equals(20), nil)]], [1, 2, 1, 2]
    ) { outcome in
      [[1: 20, 2: 30], [1: 20]].contains(outcome.rows) ? nil : "left \(outcome.rows)"
    },
    HermitageScript(
      "P4: no update is lost", [[.get(1), .put(1, 11)], [.get(1), .put(1, 11)]],
      [1, 2, 1, 2, 1, 2]
    ) { outcome in
      outcome.isCommitted == [true, false] ? nil : "committed: \(outcome.isCommitted)"
    },
    HermitageScript(
      "G-single: reads are of one moment",
      [[.get(1), .get(2)], [.get(1), .get(2), .put(1, 12), .put(2, 18)]],
      [1, 2, 2, 2, 2, 2, 1, 1]
    ) { outcome in
      outcome.readings[0] == [[1: 10], [2: 20]] ? nil : "T1 read \(outcome.readings[0])"
    },
    HermitageScript(
      "G-single for predicates",
      [[.scan(.isMultiple(of: 5)), .scan(.isMultiple(of: 3))], [.replace(.equals(10), 12)]],
      [1, 2, 2, 1, 1]
    ) { outcome in
      outcome.readings[0] == [[1: 10, 2: 20], [:]] ? nil : "T1 read \(outcome.readings[0])"
    },
    HermitageScript(
      "G-single for the predicate of a write",
      [[.get(1), .replace(.equals(20), nil)], [.put(1, 12), .put(2, 18)]], [1, 2, 2, 2, 1, 1]
    ) { outcome in
      outcome.committed(1)
    },
    HermitageScript(
      "G2-item: write skew",
      [[.get(1), .get(2), .put(1, 11)], [.get(1), .get(2), .put(2, 21)]],
      [1, 1, 2, 2, 1, 2, 1, 2]
    ) { outcome in
      outcome.severalCommitted()
    },
    HermitageScript(
      "G2: write skew through predicates",
      [[.scan(.isMultiple(of: 3)), .put(3, 30)], [.scan(.isMultiple(of: 3)), .put(4, 42)]],
      [1, 2, 1, 2, 1, 2]
    ) { outcome in
      outcome.severalCommitted()
    },
    HermitageScript(
      "G2 with two edges (Fekete)",
      [[.scan(.any), .put(1, 0)], [.put(2, 25)], [.scan(.any)]], [1, 2, 2, 3, 3, 1, 1]
    ) { outcome in
      outcome.readings[2] == [[1: 10, 2: 25]] ? outcome.committed(1) : "T3 read another state"
    },
  ]
}
