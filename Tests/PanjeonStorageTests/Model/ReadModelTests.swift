// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Reads against a model")
struct ReadModelTests {
  static let families = ["a": 1, "b": 3]

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
      families: [
        ColumnFamily("a", versionsMax: 1),
        ColumnFamily("b", versionsMax: 3, localityGroup: groups ? "second" : "default"),
      ],
      localityGroups: groups
        ? [.default, LocalityGroup("second", compression: .snappy)] : [.default])
  }

  private func run(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let disk = InMemoryFileSystem()
    var store = try await TestStore.open(disk)
    let points = (["r1", "r2", "r2\0", "r4"] as [Bytes]).filter { _ in random.chance(0.3) }
    try await store.createTable(schema(groups: random.chance(0.5)), splitAt: points)
    var model = ReadModel(versionsKept: Self.families)
    var snapshots: [(snapshot: StoreSnapshot, moment: Int)] = []
    for step in 0..<400 {
      let mutations = Self.mutations(&random)
      try await store.mutate(
        mutations, in: "m", durability: random.chance(0.1) ? .operatingSystem : .memory)
      model.apply(mutations)
      if random.chance(0.03) {
        snapshots.append((try store.snapshot(.visible), model.now))
        if snapshots.count > 3 { snapshots.remove(at: random.below(snapshots.count)) }
      }
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
        store = try await TestStore.open(disk)
      }
    }
    try await store.close()
  }

  static func mutations(_ random: inout SplitMix64) -> RowMutations {
    var mutations = RowMutations(Bytes(utf8: "r\(random.below(5))"))
    for _ in 0..<(1 + random.below(4)) {
      let column = Column(
        family: random.chance(0.5) ? "a" : "b",
        qualifier: [Bytes(), "q", "q\0", "z"][random.below(4)])
      let timestamp = Timestamp(microseconds: Int64(1 + random.below(6)))
      let upTo: Timestamp? = random.chance(0.3) ? nil : timestamp
      switch random.below(14) {
      case 0: mutations.mutations.append(.deleteRow(upTo: upTo))
      case 1: mutations.mutations.append(.deleteFamily(column.family, upTo: upTo))
      case 2, 3: mutations.mutations.append(.deleteColumn(column, upTo: upTo))
      case 4, 5, 6: mutations.mutations.append(.deleteVersion(column, timestamp: timestamp))
      default:
        mutations.mutations.append(
          .put(column, timestamp: timestamp, value: Bytes(repeating(random.below(256), 120))))
      }
    }
    return mutations
  }

  private static func repeating(_ byte: Int, _ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(byte), count: count)
  }

  private func check(
    _ store: EmbeddedStore, _ model: ReadModel,
    _ snapshots: [(snapshot: StoreSnapshot, moment: Int)], _ random: inout SplitMix64, seed: UInt64
  ) async throws {
    var moments = snapshots
    moments.append((try store.snapshot(.visible), model.now))
    for (snapshot, moment) in moments {
      let get = Self.get(&random)
      let found = try await store.get(get, in: "m", at: snapshot)
      #expect(
        found.map(Array.init) ?? [] == model.get(get, at: moment),
        "seed \(seed), moment \(moment) of \(model.now), \(get)")
      let scan = Scan(
        KeyRange(from: random.chance(0.5) ? "" : "r1", to: random.chance(0.5) ? nil : "r4"),
        columns: get.columns, versionsMax: get.versionsMax,
        rowsMax: random.chance(0.3) ? 2 : nil, cellsPerRowMax: get.cellsMax,
        isReversed: random.chance(0.5))
      let rows = try await TestStore.rows(store.scan(scan, in: "m", at: snapshot))
      #expect(
        rows.map { Array($0) } == Self.expected(scan, model, at: moment),
        "seed \(seed), moment \(moment) of \(model.now), \(scan)")
    }
  }

  private static func get(_ random: inout SplitMix64) -> Get {
    var columns = ColumnSelection()
    switch random.below(5) {
    case 0: columns.add(family: "b")
    case 1:
      columns.add(family: "a", qualifier: "q\0")
      columns.add(family: "a", qualifier: "")
      columns.add(family: "b", qualifier: "z")
    case 2: columns.add(family: "b", qualifiers: KeyRange(from: "q", to: "z"))
    default: break
    }
    return Get(
      Bytes(utf8: "r\(random.below(6))"), columns: columns, versionsMax: 1 + random.below(4),
      cellsMax: random.chance(0.3) ? 1 + random.below(3) : nil)
  }

  private static func expected(_ scan: Scan, _ model: ReadModel, at moment: Int) -> [[Cell]] {
    let rows = model.rows.filter { scan.rows.contains($0) }
    let ordered = scan.isReversed ? rows.reversed() : rows
    let found = ordered.map { row in
      model.get(
        Get(
          row, columns: scan.columns, versionsMax: scan.versionsMax,
          cellsMax: scan.cellsPerRowMax), at: moment)
    }.filter { !$0.isEmpty }
    return Array(found.prefix(scan.rowsMax ?? .max))
  }
}
