// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("GroupedRead")
struct GroupedReadTests {
  @Test(
    "A read that meets the exchange of one group's memtable sees a row's batch whole or not at all")
  func halfOfABatch() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(
      TableSchema(
        name: "t",
        families: [ColumnFamily("hot"), ColumnFamily("cold", localityGroup: "cold")],
        localityGroups: [LocalityGroup("default"), LocalityGroup("cold")]))
    @Sendable func write(_ value: Bytes) async throws {
      let mutations = ["hot", "cold"].map {
        Mutation.put(Column(family: $0, qualifier: "q"), timestamp: nil, value: value)
      }
      try await store.mutate(RowMutations("r", mutations), in: "t", durability: .memory)
    }
    try await write("old")
    let table = try store.catalog.table("t")
    let group = Int(table.groupOfFamily[Int(try table.familyNumber("cold"))])
    let plan = try ReadPlan(columns: .all, versionsMax: 1, cellsMax: nil, layout: table.layout)
    let isFirst = Mutex(true)
    let row = try await store.executor.run { () throws(StoreError) in
      try RowLookup.read(
        plan, row: "r", in: table,
        at: {
          // The view has been taken, the sequence has not.
          if isFirst.withLock({ first in
            defer { first = false }; return first
          }) {
            Blocking.wait {
              let filler = Column(family: "cold", qualifier: "filler")
              let active = table.regions[0].view.groups[group].active
              while table.regions[0].view.groups[group].active === active {
                let value = Bytes([UInt8](repeating: 1, count: 2000))
                try await store.mutate(
                  RowMutations("other", [.put(filler, timestamp: nil, value: value)]), in: "t",
                  durability: .memory)
              }
              try await write("new")
            }
          }
          return ReadMoment(
            sequence: store.pipeline.visible.value, time: .now(store.snapshots.clock))
        }, mode: .mayBlock)
    }
    let hot = row?.value(family: "hot", qualifier: "q")
    let cold = row?.value(family: "cold", qualifier: "q")
    #expect(hot == cold, "half of a batch: \(String(describing: hot)), \(String(describing: cold))")
    try await store.close()
  }
}
