// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Bounds")
struct BoundsTests {
  private func refusal(
    _ code: StoreError.Code, _ body: () async throws -> Void,
    location: SourceLocation = #_sourceLocation
  ) async {
    do {
      try await body()
      Issue.record("accepted, where \(code) was expected", sourceLocation: location)
    } catch {
      #expect((error as? StoreError)?.code == code, "\(error)", sourceLocation: location)
    }
  }

  private func put(_ row: Bytes, _ qualifier: Bytes, _ value: Bytes) -> RowMutations {
    RowMutations(
      row, [.put(Column(family: "data", qualifier: qualifier), timestamp: nil, value: value)])
  }

  @Test("Keys, values and batches over the limits are refused whole, by the limit's name")
  func limits() async throws {
    let disk = InMemoryFileSystem()
    var configuration = TestStore.configuration(disk)
    configuration.limits.rowKeyBytesMax = 8
    configuration.limits.qualifierBytesMax = 8
    configuration.limits.valueBytesMax = 64
    configuration.limits.comparandBytesMax = 16
    configuration.limits.mutationsPerBatchMax = 5
    configuration.limits.rowsPerBatchMax = 3
    configuration.limits.batchBytesMax = 200
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    try await store.createTable(TestStore.schema)
    let long = Bytes([UInt8](repeating: 65, count: 65))
    await refusal(.limitExceeded) { try await store.mutate(put("123456789", "q", "v"), in: "t") }
    await refusal(.limitExceeded) { try await store.mutate(put("r", "123456789", "v"), in: "t") }
    await refusal(.limitExceeded) { try await store.mutate(put("r", "q", long), in: "t") }
    await refusal(.invalidArgument) { try await store.mutate(put("", "q", "v"), in: "t") }
    await refusal(.noSuchFamily) {
      try await store.mutate(RowMutations("r", [.deleteFamily("x", upTo: nil)]), in: "t")
    }
    await refusal(.noSuchTable) { try await store.mutate(put("r", "q", "v"), in: "x") }
    await refusal(.limitExceeded) {
      let many = RowMutations(
        "r",
        (0..<6).map { number in
          .deleteColumn(Column(family: "data", qualifier: [UInt8(number)]), upTo: nil)
        })
      try await store.mutate(many, in: "t")
    }
    await refusal(.limitExceeded) {
      let batch = AtomicBatch(
        operations: (0..<4).map { number in
          BatchOperation(
            table: "t", operation: CheckAndMutate([], put([UInt8(number + 1)], "q", "v")))
        })
      _ = try await store.commit(batch, since: nil, durability: .memory)
    }
    await refusal(.limitExceeded) {
      let sixty = Bytes([UInt8](repeating: 65, count: 60))
      let batch = AtomicBatch(
        operations: (0..<3).map { number in
          BatchOperation(
            table: "t",
            operation: CheckAndMutate(
              [],
              RowMutations(
                [UInt8(number + 1)],
                put("r", "a", sixty).mutations
                  + (number == 2 ? [] : put("r", "b", sixty).mutations))))
        })
      _ = try await store.commit(batch, since: nil, durability: .memory)
    }
    await refusal(.invalidArgument) {
      let twice = BatchOperation(table: "t", operation: CheckAndMutate([], put("r", "q", "v")))
      _ = try await store.commit(
        AtomicBatch(operations: [twice, twice]), since: nil, durability: .memory)
    }
    await refusal(.limitExceeded) {
      _ = try await store.checkAndMutate(
        CheckAndMutate(
          [.equals(Column(family: "data", qualifier: "q"), "12345678901234567")],
          put("r", "q", "v")), in: "t", durability: .memory)
    }
    await refusal(.invalidArgument) { _ = try await store.get(Get("r", versionsMax: 0), in: "t") }
    await refusal(.tableExists) { try await store.createTable(TestStore.schema) }
    var other = TestStore.schema
    other.name = "other"
    for points in [["b", "a"], ["a", "a"], [""]] as [[Bytes]] {
      await refusal(.invalidArgument) { try await store.createTable(other, splitAt: points) }
    }
    await refusal(.limitExceeded) { try await store.createTable(other, splitAt: ["123456789"]) }
    #expect(try await TestStore.rows(store.scan(Scan(), in: "t")).isEmpty)
    try await store.close()
  }

  @Test("A configuration without sense is refused before anything is touched")
  func configuration() async throws {
    var configuration = StoreConfiguration()
    configuration.memtableBytesMax = 0
    await refusal(.invalidArgument) {
      _ = try await EmbeddedStore.open(at: "/nowhere/at/all", configuration: configuration)
    }
  }

  @Test("Conditional changes: each condition counts, and rows of a batch are judged on their own")
  func conditions() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    let column = Column(family: "data", qualifier: "q")
    let create = CheckAndMutate([.absent(column)], put("r", "q", "1"))
    #expect(try await store.checkAndMutate(create, in: "t", durability: .memory))
    #expect(try await !store.checkAndMutate(create, in: "t", durability: .memory))
    let results = await store.checkAndMutate(
      batch: [
        CheckAndMutate([.equals(column, "1")], put("r", "q", "2")),
        CheckAndMutate([.equals(column, "1")], put("s", "q", "2")),
        CheckAndMutate([.absent(column)], put("u", "nowhere", "2")),
        CheckAndMutate([.absent(Column(family: "x", qualifier: ""))], put("v", "q", "2")),
      ], in: "t", durability: .operatingSystem)
    #expect(try results[0].get())
    #expect(try !results[1].get())
    #expect(try results[2].get())
    #expect(throws: StoreError.self) { _ = try results[3].get() }
    let outcome = try await store.commit(
      AtomicBatch(operations: [
        BatchOperation(table: "t", operation: CheckAndMutate([], put("w", "q", "3"))),
        BatchOperation(
          table: "t", operation: CheckAndMutate([.equals(column, "1")], RowMutations("r"))),
      ]), since: nil, durability: .disk)
    #expect(outcome == .conditionFailed(operation: 1))
    #expect(try await store.get(Get("w"), in: "t") == nil)
    try await store.close()
  }

  @Test("Memtables, cached blocks and indexes stay within the budget, and the log within its bound")
  func memory() async throws {
    let disk = InMemoryFileSystem()
    var configuration = TestStore.configuration(disk)
    configuration.memoryBudgetBytes = 1 << 20
    configuration.memtableBytesMax = 1 << 20
    configuration.blockBytes = 2048
    let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
    for table in ["t", "u", "v"] {
      try await store.createTable(TableSchema(name: table, families: [ColumnFamily("data")]))
    }
    let value = Bytes([UInt8](repeating: 65, count: 500))
    for number in 0..<4000 {
      try await store.mutate(
        put(TestStore.row(number), "q", value), in: ["t", "u", "v"][number % 3],
        durability: .operatingSystem)
    }
    _ = try await TestStore.rows(store.scan(Scan(), in: "t"))
    let budget = store.cache.budget
    #expect(store.cache.bytes <= budget.cacheCapacity + 65536)
    try await TestStore.settle(store)
    #expect(store.metrics.flushes.count >= 3)
    #expect(store.metrics.flushes.bytes > 0)
    let live = try #require(store.background).segments.live.bytes
    #expect(live < UInt64(configuration.logRetentionBytesMax) + 512 << 10)
    try await store.close()
  }
}

@Suite("Reading beside a writer")
struct ReadOnlyTests {
  @Test("A reader that opens while a writer flushes, compacts and recycles its log sees a prefix")
  func besideWriter() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    let writer = Task {
      for number in 1...3000 {
        var batch = AtomicBatch()
        for row in ["a", "b"] {
          var mutations = RowMutations(Bytes(utf8: row))
          mutations.put(family: "data", qualifier: "n", value: Bytes(utf8: String(number)))
          mutations.put(
            family: "data", qualifier: "filler", value: Bytes([UInt8](repeating: 1, count: 80)))
          batch.operations.append(
            BatchOperation(table: "t", operation: CheckAndMutate([], mutations)))
        }
        _ = try await store.commit(batch, since: nil, durability: .operatingSystem)
      }
    }
    var last = 0
    var opened = 0
    for _ in 0..<40 {
      let reader: EmbeddedStore
      do {
        reader = try await EmbeddedStore.openReadOnly(
          at: "/store", configuration: TestStore.configuration(disk))
      } catch {
        #expect(error.code == .unavailable, "\(error)")
        continue
      }
      opened += 1
      let rows = try await TestStore.rows(reader.scan(Scan(), in: "t"))
      let numbers = rows.compactMap {
        $0.value(family: "data", qualifier: "n")?.utf8String.flatMap { Int($0) }
      }
      #expect(Set(numbers).count <= 1, "half a batch: \(numbers)")
      #expect(numbers.first ?? 0 >= last, "a reader went back")
      last = numbers.first ?? last
      try await reader.close()
    }
    #expect(opened > 0)
    try await writer.value
    try await store.close()
  }
}

@Suite("Timestamps")
struct TimestampTests {
  @Test(
    "A clock that goes back, even while the store is closed, hides no new put beneath an old one")
  func clockGoesBack() async throws {
    let disk = InMemoryFileSystem()
    for start: Int64 in [2_000_000_000_000_000, 1_000_000_000_000_000] {
      var configuration = TestStore.configuration(disk)
      configuration.timeSource = ManualTimeSource(startingAtMicroseconds: start)
      let store = try await EmbeddedStore.open(at: "/store", configuration: configuration)
      if start > 1_500_000_000_000_000 { try await store.createTable(TestStore.schema) }
      var put = Put("r")
      put.add(family: "data", qualifier: "q", value: Bytes(utf8: String(start)))
      try await store.put(put, in: "t", durability: .operatingSystem)
      let row = try await store.get(Get("r"), in: "t")
      #expect(row?.value(family: "data", qualifier: "q") == Bytes(utf8: String(start)))
      try await store.close()
    }
  }
}
