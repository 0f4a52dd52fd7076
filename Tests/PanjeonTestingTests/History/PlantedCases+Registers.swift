// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting

extension PlantedCases {
  static let registers = [
    Case(
      name: "G1a",
      history: """
        1 0-9 ! wx1
        2 10-11 gx1
        """,
      found: ["G1a: 2 1"], holds: [.readUncommitted]),
    Case(
      name: "G1b",
      history: """
        1 0-9 wx1 wx2
        2 0-9 gx1
        """,
      found: ["G1b: 2 1"], holds: [.readUncommitted]),
    Case(
      name: "G1c",
      history: """
        1 0-9 wx1 gy1
        2 0-9 wy1 gx1
        """,
      found: ["G1c: 1 -wr x-> 2 -wr y-> 1"], holds: [.readUncommitted]),
    Case(
      name: "G-single",
      history: """
        1 0-9 wx1 wy1
        2 0-9 gx1 gy
        """,
      found: ["G-single: 1 -wr x-> 2 -rw y-> 1"], holds: [.readCommitted]),
    Case(
      name: "G2-item",
      history: """
        1 0-9 gx wy1
        2 0-9 gy wx1
        """,
      found: ["G2-item: 1 -rw x-> 2 -rw y-> 1"], holds: [.snapshotIsolation]),
    Case(
      name: "G0: writes follow reads",
      history: """
        1 0-9 wx1 gy1 wy2
        2 0-9 gx1 wx2 wy1
        """,
      found: ["G0: 1 -ww x-> 2 -ww y-> 1"], holds: []),
    Case(
      name: "lost-update",
      history: """
        1 0-9 gx wx1
        2 0-9 gx wx2
        """,
      found: ["lost-update: 1 2", "G2-item: 1 -rw x-> 2 -rw x-> 1"], holds: [.readCommitted]),
    Case(
      name: "A stale read of a register written blindly",
      history: """
        1 0-9 wx1
        2 10-19 wx2
        3 20-29 gx1
        """,
      found: ["G-single-realtime: 2 -realtime-> 3 -rw x-> 2"],
      holds: [.strongSessionSerializable]),
    Case(
      name: "A process reads an older version than it wrote",
      history: """
        1 0-9 wx1
        2 0-9 gx1 wx2
        2 10-19 gx1
        """,
      found: ["G-single-process: 2 -process-> 3 -rw x-> 2"],
      holds: [.serializable, .snapshotIsolation]),
    Case(
      name: "internal",
      history: """
        1 0-9 wx1 gx
        """,
      found: ["internal: 1"], holds: [],
      unknown: [.readUncommitted, .readCommitted]),
    Case(
      name: "future-read",
      history: """
        1 0-9 gx1 wx1
        """,
      found: ["future-read: 1"], holds: [],
      unknown: [.readUncommitted, .readCommitted]),
    Case(
      name: "garbage-read",
      history: """
        1 0-9 gx7
        """,
      found: ["garbage-read: 1"], holds: []),
    Case(
      name: "cyclic-versions",
      history: """
        1 0-9 gx1 wx2
        2 0-9 gx2 wx1
        """,
      found: ["cyclic-versions: 2 1", "G1c: 1 -wr x-> 2 -wr x-> 1"], holds: []),
    Case(
      name: "One of many readers of a version came after it was overwritten",
      history: """
        1 0-9 wx1
        2 10-19 gx1
        3 10-19 gx1
        4 10-19 gx1
        5 20-29 gx1 wx2
        6 30-39 gx1
        """,
      found: ["G-single-realtime: 5 -realtime-> 6 -rw x-> 5"],
      holds: [.strongSessionSerializable]),
    Case(
      name: "One of many readers of a version saw what overwrote it",
      history: """
        1 0-9 wx1
        2 10-19 gx1
        3 10-19 gx1
        4 10-29 gx1 gy1
        5 20-29 gx1 wx2 wy1
        """,
      found: ["G-single: 4 -rw x-> 5 -wr y-> 4"], holds: [.readCommitted]),
  ]
}
