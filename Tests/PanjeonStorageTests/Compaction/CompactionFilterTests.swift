// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// One row of one family, written, flushed and merged at random; after each step what is left must read, at every
/// snapshot, as everything ever written does.
@Suite("Compaction filter")
struct CompactionFilterTests {
  private struct History {
    let versionsMax: Int
    var model: ReadModel
    /// The sequences in each file: at the front the bottom, then ever newer ones.
    var files: [[Int]] = [[]]
    var memtable: [Int] = []
    var snapshots: [Int] = []

    init(versionsMax: Int) {
      self.versionsMax = versionsMax
      model = ReadModel(versionsKept: ["f": versionsMax])
    }

    var left: [Int] { files.flatMap { $0 } + memtable }
  }

  @Test("Whatever is merged when, no snapshot reads anything else", arguments: [1, 2, 3])
  func merges(versionsMax: Int) throws {
    TestSeed.announce("CompactionFilterTests")
    var random = SplitMix64(seed: TestSeed.value &+ UInt64(versionsMax))
    for round in 0..<(500 * TestSeed.effort) {
      var history = History(versionsMax: versionsMax)
      for _ in 0..<12 {
        step(&history, &random)
        try check(history, "round \(round)")
      }
    }
  }

  private func step(_ history: inout History, _ random: inout SplitMix64) {
    for _ in 0..<random.below(6) { write(&history, &random) }
    if random.chance(0.3) { history.snapshots.append(history.model.now) }
    if !history.snapshots.isEmpty, random.chance(0.3) {
      history.snapshots.remove(at: random.below(history.snapshots.count))
    }
    switch random.below(4) {
    case 0, 1:
      let flushed = merge(history.memtable, history, isBottom: false)
      history.files.append(flushed)
      history.memtable = []
    case 2 where history.files.count > 2:
      let first = 1 + random.below(history.files.count - 1)
      let last = first + random.below(history.files.count - first)
      let merged = merge(history.files[first...last].flatMap { $0 }, history, isBottom: false)
      history.files.replaceSubrange(first...last, with: [merged])
    default:
      history.files = [merge(history.files.flatMap { $0 }, history, isBottom: true)]
    }
  }

  private func write(_ history: inout History, _ random: inout SplitMix64) {
    let column = Column(family: "f", qualifier: random.chance(0.8) ? "q" : "r")
    let timestamp = Timestamp(microseconds: Int64(1 + random.below(6)))
    let mutation: Mutation
    switch random.below(10) {
    case 0: mutation = .deleteFamily("f", upTo: random.chance(0.3) ? nil : timestamp)
    case 1: mutation = .deleteColumn(column, upTo: random.chance(0.3) ? nil : timestamp)
    case 2, 3, 4: mutation = .deleteVersion(column, timestamp: timestamp)
    default:
      mutation = .put(column, timestamp: timestamp, value: Bytes(utf8: "\(history.model.now)"))
    }
    history.model.apply(RowMutations("row", [mutation]))
    history.memtable.append(history.model.now)
  }

  /// Runs the filter over cells and returns the sequences of those that it keeps.
  private func merge(_ sequences: [Int], _ history: History, isBottom: Bool) -> [Int] {
    guard !sequences.isEmpty else { return [] }
    let table = MemTable(capacityBytes: 64 << 10)
    for sequence in sequences { insert(history.model.changes[sequence - 1], into: table) }
    let filter = CompactionFilter(
      snapshots: (history.snapshots + [history.model.now]).sorted().map { UInt64($0) },
      layout: FamilyLayout(
        record: .numbering(
          TableSchema(
            name: "t", families: [ColumnFamily("f", versionsMax: history.versionsMax)]), id: 1)),
      isBottom: isBottom)
    let cursor = table.makeCursor()
    var kept: [Int] = []
    var last: [UInt8] = []
    try? cursor.seekToFirst()
    try? filter.run(cursor) { _, key, _ in
      kept.append(Int(CellKey.sequence(key)))
      #expect(last.lexicographicallyPrecedes(key), "out of order")
      last = Array(key)
    }
    return kept
  }

  private func insert(_ change: ReadModel.Change, into table: MemTable) {
    var key: [UInt8] = []
    let sequence = UInt64(change.sequence)
    var value = Bytes()
    let kind: CellKind
    switch change.kind {
    case .put(let bytes): (kind, value) = (.put, bytes)
    case .deleteVersion: kind = .deleteVersion
    case .deleteColumn: kind = .deleteColumn
    case .deleteFamily: kind = .deleteFamily
    }
    change.qualifier.withUnsafeBytes {
      if kind == .deleteFamily {
        CellKey.appendFamilyDelete(
          family: 1, timestamp: change.timestamp, sequence: sequence, to: &key)
      } else {
        CellKey.append(
          family: 1, qualifier: $0, timestamp: change.timestamp, sequence: sequence, kind: kind,
          to: &key)
      }
    }
    Bytes(utf8: "row").withUnsafeBytes { row in
      value.withUnsafeBytes { value in
        key.withUnsafeBytes { key in
          table.insert(row: row, rowHash: RowHash.hash(row), key: key, value: value)
        }
      }
    }
  }

  private func check(_ history: History, _ hint: String) throws {
    let whole = history.model
    let left = ReadModel(
      versionsKept: whole.versionsKept,
      changes: history.left.sorted().map { whole.changes[$0 - 1] })
    if history.versionsMax == 1, history.snapshots.isEmpty, history.files.count == 1,
      history.memtable.isEmpty
    {
      let visible = whole.get(Get("row", versionsMax: 9), at: whole.now)
      try #require(history.left.count == visible.count, "\(hint): something is never forgotten")
    }
    for moment in history.snapshots + [whole.now] {
      let get = Get("row", versionsMax: 9)
      try #require(left.get(get, at: moment) == whole.get(get, at: moment), "\(hint), at \(moment)")
    }
  }
}
