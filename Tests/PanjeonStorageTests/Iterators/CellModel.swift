// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Cells as a sorted array: what a cursor over them must show.
struct CellModel {
  struct Entry: Hashable, Comparable {
    var row: Bytes
    var key: Bytes
    var value: Bytes

    static func < (left: Entry, right: Entry) -> Bool {
      left.row != right.row ? left.row < right.row : left.key < right.key
    }
  }

  private(set) var entries: [Entry] = []

  var rows: [Bytes] {
    entries.reduce(into: []) { rows, entry in
      if rows.last != entry.row { rows.append(entry.row) }
    }
  }

  mutating func append(_ entry: Entry) {
    entries.append(entry)
  }

  mutating func sort() {
    entries.sort()
  }

  /// Random cells: short rows and long ones, rows that begin another, zeros, all kinds of deletes.
  static func random(_ random: inout SplitMix64, rows: Int, cellsMax: Int) -> CellModel {
    var model = CellModel()
    var sequence: UInt64 = 1
    var seen: Set<Bytes> = []
    for _ in 0..<rows {
      let row = Self.row(&random)
      guard seen.insert(row).inserted else { continue }
      for _ in 0..<(1 + random.below(cellsMax)) {
        sequence += 1
        let key = Self.key(&random, sequence: sequence)
        let isPut = key.last == CellKind.put.rawValue
        let value =
          isPut ? [UInt8](repeating: UInt8(random.below(256)), count: random.below(60)) : []
        model.append(Entry(row: row, key: Bytes(key), value: Bytes(value)))
      }
    }
    model.sort()
    return model
  }

  private static func row(_ random: inout SplitMix64) -> Bytes {
    let alphabet: [UInt8] = [0, 1, 0x61, 0xFF]
    let count = random.chance(0.1) ? 200 : random.below(7)
    return Bytes((0..<count).map { _ in alphabet[random.below(4)] })
  }

  private static func key(_ random: inout SplitMix64, sequence: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    let family = UInt8(1 + random.below(2))
    let timestamp = Int64(random.below(5))
    if random.chance(0.15) {
      CellKey.appendFamilyDelete(
        family: family, timestamp: timestamp, sequence: sequence, to: &key)
      return key
    }
    let qualifier = [UInt8](repeating: UInt8(random.below(2)), count: random.below(4))
    let kinds: [CellKind] = [.put, .put, .put, .deleteColumn, .deleteVersion]
    qualifier.withUnsafeBytes {
      CellKey.append(
        family: family, qualifier: $0, timestamp: timestamp, sequence: sequence,
        kind: kinds[random.below(kinds.count)], to: &key)
    }
    return key
  }
}

extension CellModel {
  /// Moves a cursor about at random and compares what it shows after each move.
  func compare(_ cursor: CellCursor, moves: Int, _ random: inout SplitMix64, _ hint: String) throws
  {
    try cursor.seekToFirst()
    for entry in entries {
      try #require(Self.current(cursor) == entry, "\(hint): forward")
      try cursor.next()
    }
    try #require(cursor.current == nil, "\(hint): the end")
    let rows = rows
    var place = entries.count
    for move in 0..<moves {
      switch random.below(5) {
      case 0 where place < entries.count:
        try cursor.next()
        place += 1
      case 1 where place < entries.count:
        try cursor.nextRow()
        let row = entries[place].row
        place = entries.firstIndex { $0.row > row } ?? entries.count
      case 2:
        let bound = random.chance(0.2) ? nil : Self.someRow(rows, &random)
        try seek(cursor, before: bound)
        let found = rows.last { row in bound.map { row < $0 } ?? true }
        place = found.flatMap { found in entries.firstIndex { $0.row == found } } ?? entries.count
      default:
        let row = Self.someRow(rows, &random)
        let key = random.chance(0.4) ? Bytes() : entries[random.below(entries.count)].key
        let isPrepared = random.chance(0.5)
        try row.withRawBytes { row in
          try key.withRawBytes { key in
            if isPrepared { cursor.prepareSeek(row: row, key: key) }
            if isPrepared, random.chance(0.5) { cursor.prefetchBlock() }
            try cursor.seek(row: row, key: key)
          }
        }
        let target = Entry(row: row, key: key, value: Bytes())
        place = entries.firstIndex { $0 >= target } ?? entries.count
      }
      let expected = place < entries.count ? entries[place] : nil
      try #require(Self.current(cursor) == expected, "\(hint): move \(move)")
    }
  }

  private func seek(_ cursor: CellCursor, before bound: Bytes?) throws {
    guard let bound else { return try cursor.seekToRow(before: nil) }
    try bound.withRawBytes { try cursor.seekToRow(before: $0) }
  }

  /// A row that is there, or one beside it.
  private static func someRow(_ rows: [Bytes], _ random: inout SplitMix64) -> Bytes {
    let row = rows[random.below(rows.count)]
    switch random.below(4) {
    case 0: return Bytes(Array(row) + [0])
    case 1: return Bytes(Array(row).dropLast())
    default: return row
    }
  }

  static func current(_ cursor: CellCursor) -> Entry? {
    guard let cell = cursor.current else { return nil }
    return Entry(
      row: Bytes(Array(cell.row)), key: Bytes(Array(cell.key)),
      value: Bytes(Array(cell.value)))
  }
}
