// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

extension PlantedCases {
  static let lists = [
    Case(
      name: "G0: two transactions wrote x and y in opposite order",
      history: """
        1 0-9 ax1 ay1
        2 0-9 ax2 ay2
        3 10-11 rx12 ry21
        """,
      found: ["G0: 1 -ww x-> 2 -ww y-> 1"], holds: []),
    Case(
      name: "G1a: a failed append was read",
      history: """
        1 0-9 ! ax1
        2 10-11 rx1
        """,
      found: ["G1a: 2 1"], holds: [.readUncommitted]),
    Case(
      name: "G1b: an append was read before its transaction's last",
      history: """
        1 0-9 ax1 ax2
        2 0-9 rx1
        3 10-11 rx12
        """,
      found: ["G1b: 2 1"], holds: [.readUncommitted]),
    Case(
      name: "G1c: each read what the other appended",
      history: """
        1 0-9 ax1 ry1
        2 0-9 ay1 rx1
        """,
      found: ["G1c: 1 -wr x-> 2 -wr y-> 1"], holds: [.readUncommitted]),
    Case(
      name: "G-single: one transaction saw half of another",
      history: """
        1 0-9 ax1 ay1
        2 0-9 rx1 ry
        3 10-11 rx1 ry1
        """,
      found: ["G-single: 1 -wr x-> 2 -rw y-> 1"], holds: [.readCommitted]),
    Case(
      name: "G-single with an append that nobody read",
      history: """
        1 0-9 ax1 ay1
        2 0-9 rx1 ry
        """,
      found: ["G-single: 1 -wr x-> 2 -rw y-> 1"], holds: [.readCommitted]),
    Case(
      name: "G-nonadjacent: a long fork",
      history: """
        1 0-9 ax1
        2 0-9 ay1
        3 0-9 rx1 ry
        4 0-9 rx ry1
        """,
      found: ["G-nonadjacent: 1 -wr x-> 3 -rw y-> 2 -wr y-> 4 -rw x-> 1"],
      holds: [.readCommitted]),
    Case(
      name: "G2-item: write skew",
      history: """
        1 0-9 rx ry ax1
        2 0-9 rx ry ay1
        3 10-11 rx1 ry1
        """,
      found: ["G2-item: 1 -rw y-> 2 -rw x-> 1"], holds: [.snapshotIsolation]),
    Case(
      name: "Lost update",
      history: """
        1 0-9 rx ax1
        2 0-9 rx ax2
        3 10-11 rx12
        """,
      found: ["lost-update: 1 2", "G-single: 1 -ww x-> 2 -rw x-> 1"], holds: [.readCommitted]),
    Case(
      name: "G-single-process: a process does not see its own append",
      history: """
        1 0-9 ax1
        1 10-19 rx
        2 20-21 rx1
        """,
      found: ["G-single-process: 1 -process-> 2 -rw x-> 1"],
      holds: [.snapshotIsolation, .serializable]),
    Case(
      name: "G-single-realtime: a stale read",
      history: """
        1 0-9 ax1
        2 10-19 rx
        3 20-21 rx1
        """,
      found: ["G-single-realtime: 1 -realtime-> 2 -rw x-> 1"],
      holds: [.strongSessionSerializable]),
    Case(
      name: "G0-realtime: a later append came earlier",
      history: """
        1 0-9 ax1
        2 10-19 ax2
        3 20-21 rx21
        """,
      found: ["G0-realtime: 1 -realtime-> 2 -ww x-> 1"], holds: [.strongSessionSerializable]),
    Case(
      name: "G1c-realtime: a read of the future",
      history: """
        1 0-9 rx1
        2 10-19 ax1
        """,
      found: ["G1c-realtime: 1 -realtime-> 2 -wr x-> 1"], holds: [.strongSessionSerializable]),
    Case(
      name: "G-nonadjacent-realtime",
      history: """
        1 0-9 ax1
        2 5-30 ay1
        3 10-19 ry
        4 8-40 rx ry1
        """,
      found: [
        "G-nonadjacent-realtime: 1 -realtime-> 3 -rw y-> 2 -wr y-> 4 -rw x-> 1"
      ], holds: [.strongSessionSerializable]),
    Case(
      name: "G2-item-realtime",
      history: """
        1 0-9 ax1
        2 5-30 rx ay1
        3 10-19 ry
        """,
      found: ["G2-item-realtime: 1 -realtime-> 3 -rw y-> 2 -rw x-> 1"],
      holds: [.strongSessionSerializable]),
    Case(
      name: "internal: an own append is missing",
      history: """
        1 0-9 ax1 rx
        """,
      found: ["internal: 1"], holds: [],
      unknown: [.readUncommitted, .readCommitted]),
    Case(
      name: "internal: two reads see other versions",
      history: """
        1 0-9 ax1
        2 0-9 rx rx1
        """,
      found: ["internal: 2", "G-single: 1 -wr x-> 2 -rw x-> 1"], holds: [.readCommitted]),
    Case(
      name: "future-read",
      history: """
        1 0-9 rx1 ax1
        """,
      found: ["future-read: 1"], holds: [],
      unknown: [.readUncommitted, .readCommitted]),
    Case(
      name: "dirty-update",
      history: """
        1 0-9 ! ax1
        2 0-9 ax2
        3 10-11 rx12
        """,
      found: ["G1a: 3 1", "dirty-update: 1 2"], holds: [.readUncommitted]),
    Case(
      name: "duplicate-elements",
      history: """
        1 0-9 ax1
        2 10-11 rx11
        """,
      found: ["duplicate-elements: 2"], holds: []),
    Case(
      name: "garbage-read",
      history: """
        1 0-9 ax1
        2 10-11 rx19
        """,
      found: ["garbage-read: 2"], holds: []),
    Case(
      name: "incompatible-order",
      history: """
        1 0-9 ax1
        2 0-9 ax2
        3 0-9 rx12
        4 0-9 rx21
        """,
      found: ["incompatible-order: 4 3"], holds: [],
      unknown: [.readUncommitted]),
    Case(
      name: "incompatible-order: appends of one transaction the other way round",
      history: """
        1 0-9 ax1 ax2
        2 10-11 rx21
        """,
      found: ["G1b: 2 1", "incompatible-order: 1 2"], holds: [.readUncommitted]),
    Case(
      name: "incompatible-order: the first append of a transaction is missing",
      history: """
        1 0-9 ax1 ax2
        2 10-11 rx2
        """,
      found: ["incompatible-order: 1 2"], holds: [.readUncommitted]),
    Case(
      name: "An unknown append that was read has happened",
      history: """
        1 0-9 ~ ax1 ay1
        2 10-11 rx1
        3 20-21 ry
        """,
      found: ["G-single-realtime: 1 -wr x-> 2 -realtime-> 3 -rw y-> 1"],
      holds: [.strongSessionSerializable]),
  ]
}
