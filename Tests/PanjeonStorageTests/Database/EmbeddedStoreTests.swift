// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("EmbeddedStore")
struct EmbeddedStoreTests {
  @Test("What is put is read back, before and after a reopening", arguments: Durability.allCases)
  func putGetReopen(durability: Durability) async throws {
    let fileSystem = InMemoryFileSystem()
    var store = try await TestStore.open(fileSystem)
    try await store.createTable(TestStore.schema)
    for number in 0..<200 {
      var put = Put(TestStore.row(number))
      put.add(family: "data", qualifier: "name", value: Bytes(utf8: "value \(number)"))
      put.add(family: "other", qualifier: "x\0y", value: "")
      try await store.put(put, in: "t", durability: durability)
    }
    for round in 0..<2 {
      for number in 0..<200 {
        let row = try #require(try await store.get(Get(TestStore.row(number)), in: "t"))
        #expect(row.value(family: "data", qualifier: "name") == Bytes(utf8: "value \(number)"))
        #expect(row.value(family: "other", qualifier: "x\0y") == "")
        #expect(row.count == 2)
      }
      #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).count == 200)
      try await store.close()
      if round == 0 { store = try await TestStore.open(fileSystem) }
    }
  }

  @Test("Writes that fill many memtables are flushed, compacted and all there")
  func flushAndCompact() async throws {
    let fileSystem = InMemoryFileSystem()
    var store = try await TestStore.open(fileSystem)
    try await store.createTable(TestStore.schema)
    for number in 0..<3000 {
      var put = Put(TestStore.row(number % 700))
      put.add(
        family: "data", qualifier: "name",
        value: Bytes(utf8: "\(number) " + String(repeating: "v", count: 100)))
      try await store.put(put, in: "t", durability: .memory)
    }
    for _ in 0..<2 {
      let rows = try await TestStore.rows(store.scan(Scan(), in: "t"))
      #expect(rows.map(\.row) == (0..<700).map(TestStore.row).sorted())
      for row in rows {
        #expect(row.count == 1)
      }
      for number in 2300..<3000 {
        let row = try await store.get(Get(TestStore.row(number % 700)), in: "t")
        let value = row?.value(family: "data", qualifier: "name")?.utf8String
        #expect(value?.hasPrefix("\(number) ") == true)
      }
      let reversed = try await TestStore.rows(store.scan(Scan(isReversed: true), in: "t"))
      #expect(reversed.map(\.row) == rows.map(\.row).reversed())
      try await store.close()
      store = try await TestStore.open(fileSystem)
    }
    let info = try await store.info()
    #expect(info.tables[0].regions[0].groups[0].fileBytes > 0)
    try await store.close()
  }
}
