// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Cached rows that commits change", .timeLimit(.minutes(15)))
struct CachedRowChangesTests {
  private static let schema = TableSchema(
    name: "t",
    families: [
      ColumnFamily("a"), ColumnFamily("b", versionsMax: 3), ColumnFamily("c"),
      ColumnFamily("d", localityGroup: "apart"),
    ],
    localityGroups: [LocalityGroup("default"), LocalityGroup("apart")])

  private func mutation(_ random: inout SplitMix64, _ number: Int) -> Mutation {
    let family = ["a", "b", "c", "d"][random.below(4)]
    let column = Column(family: family, qualifier: Bytes(utf8: "q\(random.below(4))"))
    // Of one length mostly.
    let value = Bytes(
      [UInt8](
        repeating: UInt8(truncatingIfNeeded: number),
        count: random.chance(0.7) ? 8 : random.below(30)))
    let past = Timestamp(microseconds: Int64(1 + random.below(1000)))
    switch random.below(40) {
    case 0: return .deleteColumn(column, upTo: nil)
    case 1: return .deleteFamily(family, upTo: nil)
    case 2: return .deleteVersion(column, timestamp: past)
    case 3: return .put(column, timestamp: past, value: value)
    case 4: return .put(column, timestamp: nil, value: value, timeToLive: .seconds(3600))
    case 5: return .append(column, value)
    default: return .put(column, timestamp: nil, value: value)
    }
  }

  @Test("A Get finds what a scan finds, which looks into no row cache, whatever is written")
  func same() async throws {
    TestSeed.announce("CachedRowChangesTests")
    var random = SplitMix64(seed: TestSeed.value)
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(Self.schema)
    var kept: [(read: RowResult, copy: [Cell])] = []
    for number in 0..<(1_500 * TestSeed.effort) {
      let row = TestStore.row(random.below(4))
      let mutations = (0...random.below(3)).map { _ in mutation(&random, number) }
      try await store.mutate(
        RowMutations(row, mutations), in: "t", durability: random.chance(0.5) ? .memory : .disk)
      if number % 300 == 299 { try await store.flush() }
      let asked = TestStore.row(random.below(4))
      // Of one locality group, or such a row is not kept.
      var columns = ColumnSelection()
      for family in random.chance(0.7) ? ["a", "b", "c"] : [["a"], ["a", "d"]][random.below(2)] {
        columns.add(family: family)
      }
      let found = try await store.get(Get(asked, columns: columns), in: "t")
      let scan = Scan(.single(asked), columns: columns)
      #expect(try await TestStore.rows(store.scan(scan, in: "t")).first == found, "\(number)")
      // What a client has been given does not change.
      if let found, random.chance(0.05) { kept.append((found, Array(found))) }
    }
    for (read, copy) in kept { #expect(Array(read) == copy) }
    #expect(store.metrics.rowCache.hits > 300)
    try await store.close()
  }
}
