// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Plain writes to tables of transactions")
struct OutsideTransactionsTests {
  private static let value = Column(family: "data", qualifier: "v")
  private static let header = Column(family: ColumnFamily.lockFamilyName, qualifier: "header")

  private static func put(_ row: RowKey, _ value: Bytes = "x") -> RowMutations {
    RowMutations(row, [.put(Self.value, timestamp: nil, value: value)])
  }

  private func open() async throws -> EmbeddedStore {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TableSchema(name: "l", families: [.lock, ColumnFamily("data")]))
    try await store.createTable(TableSchema(name: "p", families: [ColumnFamily("data")]))
    return store
  }

  private func refused(_ body: () async throws -> Void) async {
    let error = await #expect(throws: StoreError.self) { try await body() }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("'l'") == true)
    #expect(error?.message.lowercased().contains("bypassingtransactions") == true)
  }

  @Test("They are refused in whatever way they come, with nothing written")
  func refusals() async throws {
    let store = try await open()
    let row = Self.put("r")
    await refused { try await store.mutate(row, in: "l") }
    await refused {
      _ = try await store.checkAndMutate(
        CheckAndMutate([.absent(Self.header)], row), in: "l", durability: .memory)
    }
    await refused {
      let results = await store.checkAndMutate(
        batch: [CheckAndMutate([], row)], in: "l", durability: .memory)
      _ = try results[0].get()
    }
    await refused {
      var increment = Increment("r")
      increment.add(family: "data", qualifier: "v")
      _ = try await store.increment(increment, in: "l")
    }
    await refused { try await store.delete(Delete("r"), in: "l") }
    await refused {
      let batch = AtomicBatch(operations: [
        BatchOperation(table: "p", operation: CheckAndMutate([], row)),
        BatchOperation(table: "l", operation: CheckAndMutate([], row)),
      ])
      _ = try await store.commit(batch, since: nil, durability: .memory)
    }
    await refused {
      _ = try await store.ingest(into: "l") { writer in
        var put = Put("r")
        put.add(family: "data", qualifier: "v", value: "x")
        try await writer.append(put)
      }
    }
    for table in ["l", "p"] { #expect(try await store.get(Get("r"), in: table) == nil) }
    try await store.close()
  }

  @Test("Checks alone are none, what writes the header is none, and the longer names do them")
  func allowed() async throws {
    let store = try await open()
    let checked = try await store.checkAndMutate(
      CheckAndMutate([.absent(Self.value)], RowMutations("r")), in: "l", durability: .memory)
    #expect(checked)
    var locked = Self.put("r", "1")
    locked.mutations.append(.put(Self.header, timestamp: nil, value: "h"))
    try await store.mutate(locked, in: "l")
    try await store.mutateBypassingTransactions(Self.put("r", "2"), in: "l")
    #expect(
      try await store.get(Get("r"), in: "l")?.value(family: "data", qualifier: "v") == "2")
    let condition = Condition.equals(Self.value, "1")
    let outcome = try await store.commitBypassingTransactions(
      AtomicBatch(operations: [
        BatchOperation(table: "l", operation: CheckAndMutate([condition], Self.put("r", "3")))
      ]))
    #expect(outcome == .conditionFailed(operation: 0))
    let report = try await store.ingest(into: "l", bypassingTransactions: true) { writer in
      var put = Put("s")
      put.add(family: "data", qualifier: "v", value: "x")
      try await writer.append(put)
    }
    #expect(report.rows == 1)
    #expect(try await store.get(Get("s"), in: "l") != nil)
    try await store.close()
  }

  @Test("An ingestion under way when its table joins is refused at its end")
  func ingestion() async throws {
    let store = try await open()
    let error = await #expect(throws: StoreError.self) {
      _ = try await store.ingest(into: "p") { writer in
        var put = Put("r")
        put.add(family: "data", qualifier: "v", value: "x")
        try await writer.append(put)
        try await store.addFamily(.lock, to: "p")
      }
    }
    #expect(error?.code == .unavailable)
    #expect(try await store.get(Get("r"), in: "p") == nil)
    try await store.close()
  }
}
