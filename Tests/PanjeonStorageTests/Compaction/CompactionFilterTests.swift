// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Keeps the keys of what is kept.
private final class KeySink: CellSink {
  var keys: [[UInt8]] = []

  func add(
    row: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer
  ) throws(StoreError) {
    keys.append(Array(key))
  }

  func addRow(
    _ row: UnsafeRawBufferPointer, _ runs: CellRuns, _ merge: PlainMerge
  ) throws(StoreError) -> Bool {
    var kept: [[UInt8]] = []
    let isPlain = try merge.forEachKept(runs) { key, _ in kept.append(Array(key)) }
    if isPlain { keys += kept }
    return isPlain
  }
}

/// One row of one family, written, flushed and merged at random; after each step what is left must read, at every
/// snapshot, as everything ever written does.
@Suite("Compaction filter")
struct CompactionFilterTests {
  private struct History {
    let family: ColumnFamily
    var model: ReadModel
    /// What merges have written beside changes that were made: deletes of a version in place of a family's.
    var rewritten: [ReadModel.Change] = []
    /// The places of the changes in each file: at the front the bottom, then ever newer ones.
    var files: [[Int]] = [[]]
    var memtable: [Int] = []
    var snapshots: [ReadModel.Moment] = []
    var time: Int64 = 0

    init(_ family: ColumnFamily) {
      self.family = family
      model = ReadModel([family])
    }

    var left: [Int] { files.flatMap { $0 } + memtable }
    /// A change by its place: its sequence, or less than zero for one that a merge has written.
    func change(at place: Int) -> ReadModel.Change {
      place > 0 ? model.changes[place - 1] : rewritten[-place - 1]
    }

    var present: ReadModel.Moment { ReadModel.Moment(sequence: model.now, time: time) }
  }

  /// Timestamps are 1 to 6, and time goes from 0 to about 6.
  static let families = [
    ColumnFamily("f", versionsMax: 1),
    ColumnFamily("f", versionsMax: 2),
    ColumnFamily("f", versionsMax: 3),
    ColumnFamily("f", versionsMax: 1, timeToLive: .microseconds(2)),
    ColumnFamily("f", versionsMax: 3, timeToLive: .microseconds(2)),
    ColumnFamily("f", versionsMax: 1, versionsMin: 1, timeToLive: .microseconds(1)),
    ColumnFamily("f", versionsMax: 3, versionsMin: 2, timeToLive: .microseconds(2)),
  ]

  @Test("Whatever is merged when, no snapshot reads anything else", arguments: families)
  func merges(family: ColumnFamily) throws {
    TestSeed.announce("CompactionFilterTests")
    var random = SplitMix64(
      seed: TestSeed.value &+ UInt64(family.versionsMax * 8 + family.versionsMin))
    for round in 0..<(500 * TestSeed.effort) {
      var history = History(family)
      for _ in 0..<12 {
        step(&history, &random)
        try check(history, "round \(round)")
      }
    }
  }

  private func step(_ history: inout History, _ random: inout SplitMix64) {
    for _ in 0..<random.below(6) { write(&history, &random) }
    if random.chance(0.5) { history.time += 1 }
    if random.chance(0.3) { history.snapshots.append(history.present) }
    if !history.snapshots.isEmpty, random.chance(0.3) {
      history.snapshots.remove(at: random.below(history.snapshots.count))
    }
    switch random.below(4) {
    case 0, 1:
      let flushed = merge(history.memtable, &history, isBottom: false)
      history.files.append(flushed)
      history.memtable = []
    case 2 where history.files.count > 2:
      let first = 1 + random.below(history.files.count - 1)
      let last = first + random.below(history.files.count - first)
      let merged = merge(
        history.files[first...last].flatMap { $0 }, &history, isBottom: false)
      history.files.replaceSubrange(first...last, with: [merged])
    default:
      history.files = [merge(history.files.flatMap { $0 }, &history, isBottom: true)]
    }
  }

  private func write(_ history: inout History, _ random: inout SplitMix64) {
    let column = Column(family: "f", qualifier: random.chance(0.8) ? "q" : "r")
    let timestamp = Timestamp(microseconds: Int64(1 + random.below(6)))
    let mutation: Mutation
    switch random.below(11) {
    case 0: mutation = .deleteFamily("f", upTo: random.chance(0.3) ? nil : timestamp)
    case 1: mutation = .deleteColumn(column, upTo: random.chance(0.3) ? nil : timestamp)
    case 2, 3: mutation = .deleteVersion(column, timestamp: timestamp)
    case 4: mutation = .deleteFamilyVersion("f", timestamp: timestamp)
    default:
      mutation = .put(
        column, timestamp: timestamp, value: Bytes(utf8: "\(history.model.now)"),
        timeToLive: random.chance(0.3) ? .microseconds(1 + random.below(4)) : nil)
    }
    history.model.apply(RowMutations("row", [mutation]))
    history.memtable.append(history.model.now)
  }

  /// Runs the filter over cells and returns the places of those that it keeps.
  private func merge(_ places: [Int], _ history: inout History, isBottom: Bool) -> [Int] {
    guard !places.isEmpty else { return [] }
    let table = MemTable(capacityBytes: 64 << 10)
    for place in places { insert(history.change(at: place), into: table) }
    let moments = (history.snapshots + [history.present]).sorted { $0.sequence < $1.sequence }
    let filter = CompactionFilter(
      moments: moments.map { PinnedMoment(sequence: UInt64($0.sequence), time: $0.time) },
      layout: FamilyLayout(
        record: .numbering(TableSchema(name: "t", families: [history.family]), id: 1)),
      isBottom: isBottom)
    let cursor = table.makeCursor()
    let sink = KeySink()
    try? cursor.seekToFirst()
    try? filter.run(cursor, into: sink)
    for (one, next) in zip(sink.keys, sink.keys.dropFirst()) {
      #expect(one.lexicographicallyPrecedes(next), "out of order")
    }
    return sink.keys.map { key in key.withUnsafeBytes { place(of: $0, &history) } }
  }

  private func place(of key: UnsafeRawBufferPointer, _ history: inout History) -> Int {
    let sequence = Int(CellKey.sequence(key))
    guard CellKey.kind(key) == CellKind.deleteVersion.rawValue else { return sequence }
    var qualifier: [UInt8] = []
    CellKey.appendQualifier(of: key, to: &qualifier)
    if case .deleteVersion = history.model.changes[sequence - 1].kind { return sequence }
    history.rewritten.append(
      ReadModel.Change(
        row: "row", family: "f", qualifier: Bytes(qualifier), timestamp: CellKey.timestamp(key),
        sequence: sequence, kind: .deleteVersion))
    return -history.rewritten.count
  }

  private func insert(_ change: ReadModel.Change, into table: MemTable) {
    var key: [UInt8] = []
    let sequence = UInt64(change.sequence)
    var value: [UInt8] = []
    let kind: CellKind
    switch change.kind {
    case .put(let bytes):
      kind = change.end == nil ? .put : .expiringPut
      if let end = change.end { value.appendFixed64LE(UInt64(end - change.timestamp)) }
      value += Array(bytes)
    case .deleteVersion: kind = .deleteVersion
    case .deleteColumn: kind = .deleteColumn
    case .deleteFamily: kind = .deleteFamily
    case .deleteFamilyVersion: kind = .deleteFamilyVersion
    }
    change.qualifier.withUnsafeBytes {
      if kind.isOfFamily {
        CellKey.appendFamilyDelete(
          family: 1, timestamp: change.timestamp, sequence: sequence, kind: kind, to: &key)
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
    let left = ReadModel([history.family], changes: history.left.map(history.change))
    if history.family.versionsMax == 1, history.snapshots.isEmpty, history.files.count == 1,
      history.memtable.isEmpty
    {
      let visible = ["q", "r"].reduce(0) { count, qualifier in
        let column = Column(family: "f", qualifier: Bytes(utf8: qualifier))
        return count + whole.visible(column, ofRow: "row", at: history.present).count
      }
      try #require(history.left.count == visible, "\(hint): something is never forgotten")
    }
    for moment in history.snapshots + [history.present] {
      let get = Get("row", versionsMax: 9)
      try #require(
        left.get(get, at: moment) == whole.get(get, at: moment), "\(hint), at \(moment)")
    }
  }
}
