// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Synchronization
import Testing
import WideColumn

@Suite("What is merged while a long compaction is under way", .timeLimit(.minutes(15)))
struct LongCompactionTests {
  private func put(_ store: EmbeddedStore, _ rows: StrideTo<Int>, _ value: UInt8) async throws {
    for number in rows {
      var put = Put(Bytes(utf8: String(10_000 + number)))
      put.add(
        family: "data", qualifier: "q", value: Bytes([UInt8](repeating: value, count: 200)))
      try await store.put(put, in: "t", durability: .memory)
    }
  }

  private func runs(_ store: EmbeddedStore) throws -> [Int] {
    try store.catalog.table("t").regions.map { $0.view.groups[0].upper.count }
  }

  private func open(
    _ hook: CallHook, _ events: @escaping @Sendable (StoreEvent.Compaction) -> Void
  ) async throws -> EmbeddedStore {
    var configuration = TestStore.configuration(InMemoryFileSystem { hook.observe($0) })
    configuration.tableFileBytesMax = 32 << 10
    configuration.memtableBytesMax = 64 << 10
    configuration.logRetentionBytesMax = 64 << 20
    configuration.splitsRegionsByPolicy = false
    configuration.onEvent = { event in
      if case .compactionEnded(let compaction) = event { events(compaction) }
    }
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(
      TableSchema(
        name: "t", families: [ColumnFamily("data")],
        localityGroups: [LocalityGroup("default", compression: LocalityGroup.Compression.none)]),
      splitAt: ["15000"])
    return store
  }

  @Test("Runs that are flushed meanwhile are merged with one another, in its region and in others")
  func newerRuns() async throws {
    let ended = Mutex<[StoreEvent.Compaction]>([])
    let hook = CallHook()
    let store = try await open(hook) { compaction in ended.withLock { $0.append(compaction) } }
    try await put(store, stride(from: 0, to: 3_000, by: 1), 1)
    try await store.compact(table: "t")
    try await put(store, stride(from: 0, to: 3_000, by: 20), 2)
    try await store.flush()
    #expect(try runs(store) == [1, 0])
    ended.withLock { $0 = [] }
    let passes = Mutex<UInt8>(2)
    // The first file that is created now is one of the compaction's, which waits until there are four runs more in each region.
    hook.beforeNext({ $0.kind == .open && $0.path.hasSuffix(".sst") }) {
      Blocking.wait {
        while try runs(store)[0] < 5 || runs(store)[1] < 4 {
          let pass = passes.withLock { passes in
            passes += 1
            return passes
          }
          try await put(store, stride(from: 0, to: 9_000, by: 20), pass)
        }
      }
    }
    try await store.compact(table: "t", rows: KeyRange(to: "15000"))
    #expect(hook.isDone)
    // Events are delivered by a thread of their own, maybe later.
    func isLong(_ compaction: StoreEvent.Compaction) -> Bool {
      compaction.isIntoBottom && compaction.outputFiles > 3
    }
    for _ in 0..<6000 where !ended.withLock({ $0.contains(where: isLong) }) {
      try await Task.sleep(for: .milliseconds(10))
    }
    let compactions = ended.withLock { $0 }
    let longOne = try #require(compactions.firstIndex(where: isLong))
    let meanwhile = compactions[..<longOne]
    #expect(meanwhile.allSatisfy { !$0.isIntoBottom && $0.inputFiles >= 4 && $0.outputFiles == 1 })
    #expect(Set(meanwhile.map(\.region)).count == 2)
    let last = passes.withLock { $0 }
    let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
    #expect(rows.count == 3_000 + 6_000 / 20)
    for row in rows {
      let isNew = (Int(String(decoding: row.row, as: UTF8.self)) ?? 1) % 20 == 0
      let value = row.value(family: "data", qualifier: "q").map(Array.init)?.first
      #expect(value == (isNew ? last : 1))
    }
    try await store.close()
  }
}
