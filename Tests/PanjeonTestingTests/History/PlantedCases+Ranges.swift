// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

extension PlantedCases {
  static let ranges = [
    Case(
      name: "G2: each scan misses the other's insert",
      history: """
        1 0-9 ?s +s1
        2 0-9 ?s +s2
        3 10-11 ?s12
        """,
      found: ["G2: 1 -rw! s-> 2 -rw! s-> 1"], holds: [.snapshotIsolation, .repeatableRead]),
    Case(
      name: "G-single by a predicate",
      history: """
        1 0-9 +s1 ax1
        2 0-9 ?s rx1
        """,
      found: ["G-single: 1 -wr x-> 2 -rw! s-> 1"], holds: [.repeatableRead]),
    Case(
      name: "G-nonadjacent by predicates",
      history: """
        1 0-9 +s1
        2 0-9 +s2
        3 0-9 ?s1
        4 0-9 ?s2
        """,
      found: ["G-nonadjacent: 1 -wr s-> 3 -rw! s-> 2 -wr s-> 4 -rw! s-> 1"],
      holds: [.repeatableRead]),
    Case(
      name: "A stale scan",
      history: """
        1 0-9 +s1
        2 10-19 ?s
        """,
      found: ["G-single-realtime: 1 -realtime-> 2 -rw! s-> 1"],
      holds: [.strongSessionSerializable]),
    Case(
      name: "A scan has what was deleted",
      history: """
        1 0-9 +s1
        2 10-19 -s1
        3 20-29 ?s1
        """,
      found: ["G-single-realtime: 2 -realtime-> 3 -rw s-> 2"],
      holds: [.strongSessionSerializable]),
    Case(
      name: "A scan lacks what is there",
      history: """
        1 0-9 +s1
        2 10-19 ?s
        3 20-29 -s1
        """,
      found: ["G1c-realtime: 2 -realtime-> 3 -wr s-> 2"], holds: [.strongSessionSerializable]),
    Case(
      name: "G1a by a scan",
      history: """
        1 0-9 ! +s1
        2 10-19 ?s1
        """,
      found: ["G1a: 2 1"], holds: [.readUncommitted]),
    Case(
      name: "G1b by a scan",
      history: """
        1 0-9 +s1 -s1
        2 0-9 ?s1
        """,
      found: ["G1b: 2 1"], holds: [.readUncommitted]),
    Case(
      name: "A delete of a failed insert",
      history: """
        1 0-9 ! +s1
        2 10-19 -s1
        """,
      found: ["dirty-update: 1 2"], holds: [.readUncommitted]),
    Case(
      name: "internal: an own insert is missing",
      history: """
        1 0-9 +s1 ?s
        """,
      found: ["internal: 1"], holds: [.readCommitted]),
    Case(
      name: "internal: two scans find other ids",
      history: """
        1 0-9 +s1
        2 0-9 ?s ?s1
        """,
      found: ["internal: 2", "G-single: 1 -wr s-> 2 -rw! s-> 1"], holds: [.repeatableRead]),
    Case(
      name: "future-read by a scan",
      history: """
        1 0-9 ?s1 +s1
        """,
      found: ["future-read: 1"], holds: [.readCommitted]),
    Case(
      name: "An id twice in a scan",
      history: """
        1 0-9 +s1
        2 10-19 ?s11
        """,
      found: ["duplicate-elements: 2"], holds: []),
    Case(
      name: "A scan has what nobody inserts",
      history: """
        1 0-9 ?s1
        """,
      found: ["garbage-read: 1"], holds: []),
  ]
}
