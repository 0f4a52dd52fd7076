// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Reads against a model")
struct ReadModelTests {
  /// Timestamps are 1 to 6 and times 0 to 9, so that what is kept for four microseconds comes and goes.
  static func families(groups: Bool) -> [ColumnFamily] {
    let second = groups ? "second" : "default"
    return [
      ColumnFamily("a", versionsMax: 1),
      ColumnFamily("b", versionsMax: 3, localityGroup: second),
      ColumnFamily(
        "c", versionsMax: 2, versionsMin: 1, timeToLive: .microseconds(4), localityGroup: second),
      ColumnFamily("d", versionsMax: 2, timeToLive: .microseconds(3)),
    ]
  }

  @Test(
    "Gets and scans equal the model now and at every open snapshot, through flush and compaction")
  func randomHistories() async throws {
    TestSeed.announce("randomHistories")
    var seeds = SplitMix64(seed: TestSeed.value)
    for _ in 0..<(6 * TestSeed.effort) {
      try await run(seed: seeds.next())
    }
  }

  private func schema(groups: Bool) -> TableSchema {
    TableSchema(
      name: "m",
      families: Self.families(groups: groups),
      localityGroups: groups
        ? [.default, LocalityGroup("second", compression: .snappy)] : [.default])
  }

  private func run(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let clock = ManualTimeSource(startingAtMicroseconds: 0)
    var configuration = TestStore.configuration(InMemoryFileSystem())
    configuration.timeSource = clock
    var store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    let points = (["r1", "r2", "r2\0", "r4"] as [Bytes]).filter { _ in random.chance(0.3) }
    try await store.createTable(schema(groups: random.chance(0.5)), splitAt: points)
    var model = ReadModel(Self.families(groups: false))
    var snapshots: [(snapshot: StoreSnapshot, moment: ReadModel.Moment)] = []
    for step in 0..<400 {
      let mutations = Self.mutations(&random)
      try await store.mutate(
        mutations, in: "m", durability: random.chance(0.1) ? .operatingSystem : .memory)
      model.apply(mutations)
      if random.chance(0.03) {
        snapshots.append(try Self.pin(store, model))
        if snapshots.count > 3 { snapshots.remove(at: random.below(snapshots.count)) }
      }
      if random.chance(0.02) { clock.advance(by: .microseconds(1)) }
      if random.chance(0.03) {
        try await TestStore.reshape(
          store, "m", rows: (1..<5).map { Bytes(utf8: "r\($0)") }, &random)
      }
      if step % 10 == 9 {
        try await check(store, model, snapshots, &random, seed: seed)
      }
      if random.chance(0.004) {
        snapshots = []
        try await store.close()
        store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
      }
    }
    try await store.close()
  }

  private static func pin(
    _ store: EmbeddedStore, _ model: ReadModel
  ) throws -> (snapshot: StoreSnapshot, moment: ReadModel.Moment) {
    let snapshot = try store.snapshot(.visible)
    return (snapshot, ReadModel.Moment(sequence: model.now, time: snapshot.time))
  }

  static func mutations(_ random: inout SplitMix64) -> RowMutations {
    var mutations = RowMutations(Bytes(utf8: "r\(random.below(5))"))
    for _ in 0..<(1 + random.below(4)) {
      let column = Column(
        family: ["a", "b", "c", "d"][random.below(4)],
        qualifier: [Bytes(), "q", "q\0", "z"][random.below(4)])
      let timestamp = Timestamp(microseconds: Int64(1 + random.below(6)))
      let upTo: Timestamp? = random.chance(0.3) ? nil : timestamp
      switch random.below(16) {
      case 0: mutations.mutations.append(.deleteRow(upTo: upTo))
      case 1: mutations.mutations.append(.deleteFamily(column.family, upTo: upTo))
      case 2, 3: mutations.mutations.append(.deleteColumn(column, upTo: upTo))
      case 4, 5, 6: mutations.mutations.append(.deleteVersion(column, timestamp: timestamp))
      case 7:
        mutations.mutations.append(.deleteFamilyVersion(column.family, timestamp: timestamp))
      default:
        mutations.mutations.append(
          .put(
            column, timestamp: timestamp, value: Bytes(repeating(random.below(256), 120)),
            timeToLive: random.chance(0.25) ? .microseconds(1 + random.below(5)) : nil))
      }
    }
    return mutations
  }

  private static func repeating(_ byte: Int, _ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(byte), count: count)
  }

  private func check(
    _ store: EmbeddedStore, _ model: ReadModel,
    _ snapshots: [(snapshot: StoreSnapshot, moment: ReadModel.Moment)],
    _ random: inout SplitMix64, seed: UInt64
  ) async throws {
    var moments = snapshots
    moments.append(try Self.pin(store, model))
    for (snapshot, moment) in moments {
      let get = Self.get(&random)
      let found = try await store.get(get, in: "m", at: snapshot)
      #expect(
        found.map(Array.init) ?? [] == model.get(get, at: moment),
        "seed \(seed), moment \(moment) of \(model.now), \(get)")
      let scan = Self.scan(get, &random)
      let pieces = try await TestStore.rows(store.scan(scan, in: "m", at: snapshot))
      #expect(pieces.allSatisfy { !$0.isEmpty && $0.count <= scan.cellsPerBatchMax ?? .max })
      let rows = pieces.reduce(into: [(Bytes, [Cell])]()) { rows, piece in
        if rows.last?.0 == piece.row {
          rows[rows.count - 1].1 += piece
        } else {
          rows.append((piece.row, Array(piece)))
        }
      }
      #expect(
        rows.map(\.1) == Self.expected(scan, model, at: moment),
        "seed \(seed), moment \(moment) of \(model.now), \(scan)")
    }
  }

  private static func get(_ random: inout SplitMix64) -> Get {
    var columns = ColumnSelection()
    switch random.below(7) {
    case 0: columns.add(family: "b")
    case 3: columns.add(family: "c")
    case 4: columns.add(family: "d", qualifiers: KeyRange(from: "", to: "q\0"))
    case 1:
      columns.add(family: "a", qualifier: "q\0")
      columns.add(family: "a", qualifier: "")
      columns.add(family: "b", qualifier: "z")
    case 2: columns.add(family: "b", qualifiers: KeyRange(from: "q", to: "z"))
    default: break
    }
    let start = Column(
      family: ["a", "b", "c"][random.below(3)], qualifier: ["", "q\0"][random.below(2)])
    return Get(
      Bytes(utf8: "r\(random.below(6))"), columns: columns, versionsMax: 1 + random.below(4),
      cellsMax: random.chance(0.3) ? 1 + random.below(3) : nil,
      filter: random.chance(0.6) ? ModelFilter.random(&random) : nil,
      startingAt: random.chance(0.2) ? start : nil)
  }

  private static func scan(_ get: Get, _ random: inout SplitMix64) -> Scan {
    Scan(
      KeyRange(from: random.chance(0.5) ? "" : "r1", to: random.chance(0.5) ? nil : "r4"),
      columns: get.columns, versionsMax: get.versionsMax,
      rowsMax: random.chance(0.3) ? 2 : nil, cellsPerRowMax: get.cellsMax,
      cellsMax: random.chance(0.2) ? 1 + random.below(6) : nil,
      cellsPerBatchMax: random.chance(0.4) ? 1 + random.below(3) : nil, filter: get.filter,
      isReversed: random.chance(0.5))
  }

  private static func expected(
    _ scan: Scan, _ model: ReadModel, at moment: ReadModel.Moment
  ) -> [[Cell]] {
    let rows = model.rows.filter { scan.rows.contains($0) }
    let ordered = scan.isReversed ? rows.reversed() : rows
    let found = ordered.map { row in
      model.get(
        Get(
          row, columns: scan.columns, versionsMax: scan.versionsMax,
          cellsMax: scan.cellsPerRowMax, filter: scan.filter), at: moment)
    }.filter { !$0.isEmpty }
    var cellsLeft = scan.cellsMax ?? .max
    return found.prefix(scan.rowsMax ?? .max).map { row in
      defer { cellsLeft -= min(cellsLeft, row.count) }
      return Array(row.prefix(cellsLeft))
    }.filter { !$0.isEmpty }
  }
}
