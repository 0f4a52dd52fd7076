// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Compaction that is asked for")
struct RequestedCompactionTests {
  private func put(_ store: EmbeddedStore, _ rows: Range<Int>) async throws {
    var random = SplitMix64(seed: 1)
    for number in rows {
      let value = (0..<200).map { _ in UInt8(random.below(256)) }
      var put = Put(Bytes(utf8: String(1000 + number)))
      put.add(family: "data", qualifier: "q", value: Bytes(value))
      try await store.put(put, in: "t", durability: .memory)
    }
    try await store.flush()
  }

  private func views(_ store: EmbeddedStore) throws -> [GroupView] {
    try store.catalog.table("t").regions.flatMap(\.view.groups)
  }

  private func cells(_ store: EmbeddedStore) throws -> UInt64 {
    try views(store).reduce(0) { sum, view in
      (view.upper + view.bottom).reduce(sum) { $0 + $1.properties.cellCount }
    }
  }

  @Test(
    "What is deleted leaves the disk, as far as no snapshot sees it, and all stands at the bottom")
  func deletes() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema, splitAt: ["1150"])
    try await put(store, 0..<300)
    for number in 0..<200 {
      try await store.delete(
        Delete(Bytes(utf8: String(1000 + number))), in: "t", durability: .memory)
    }
    var snapshot: StoreSnapshot? = try store.snapshot(.visible)
    #expect(snapshot != nil)
    try await store.deleteRows(in: KeyRange(from: "1290"), of: "t")
    try await store.compact(table: "t")
    #expect(try views(store).allSatisfy { $0.upper.isEmpty && $0.immutables.isEmpty })
    #expect(try cells(store) >= 90)
    snapshot = nil
    try await store.compact(table: "t")
    #expect(try cells(store) == 90)
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 90)
    try await store.close()
  }

  @Test(
    "Files without a row of the range stay as they are, and each of the others is rewritten once")
  func ranges() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    try await put(store, 0..<1000)
    try await store.compact(table: "t")
    let before = try views(store).flatMap(\.bottom)
    #expect(before.count >= 4)
    let rows = KeyRange(from: "1400", to: "1410")
    try await store.compact(table: "t", rows: rows)
    let after = try views(store).flatMap(\.bottom)
    let kept = before.filter { !$0.rows.overlaps(rows) }.map(\.number)
    #expect(!kept.isEmpty && kept.count < before.count)
    #expect(Set(kept).isSubset(of: after.map(\.number)))
    #expect(Set(before.map(\.number)).subtracting(kept).isDisjoint(with: after.map(\.number)))
    #expect(after.count == before.count)
    try await store.close()
  }

  @Test("It ends beside writers, splits and merges, and several at once")
  func besideOthers() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    try await put(store, 0..<300)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask { for _ in 0..<4 { try await store.compact(table: "t") } }
      }
      group.addTask { for round in 0..<4 { try await put(store, round * 100..<(round + 1) * 100) } }
      group.addTask {
        var random = SplitMix64(seed: 1)
        for _ in 0..<8 {
          try await TestStore.reshape(store, "t", rows: ["1100", "1200", "1300"], &random)
        }
      }
      try await group.waitForAll()
    }
    try await store.compact(table: "t")
    #expect(try cells(store) == 400)
    try await store.close()
  }

  @Test("It says why it cannot be done")
  func refusals() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    try await put(store, 0..<300)
    let reader = try await EmbeddedStore.openReadOnly(
      at: "/store", configuration: TestStore.configuration(disk))
    var error = await #expect(throws: StoreError.self) { try await reader.compact(table: "t") }
    #expect(error?.code == .readOnly)
    try await reader.close()
    error = await #expect(throws: StoreError.self) { try await store.compact(table: "none") }
    #expect(error?.code == .noSuchTable)
    try await store.compact(table: "t")
    let file = try #require(try views(store).flatMap(\.bottom).first)
    disk.flipBit(100, of: FileNames.path("/store", .table(file.number)))
    error = await #expect(throws: StoreError.self) { try await store.compact(table: "t") }
    #expect(error?.code == .corruption)
    try await put(store, 0..<1)
    try await store.close()
    error = await #expect(throws: StoreError.self) { try await store.compact(table: "t") }
    #expect(error?.code == .closed)
  }
}
