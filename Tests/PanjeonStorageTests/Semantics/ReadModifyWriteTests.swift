// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Increments and appends")
struct ReadModifyWriteTests {
  private func open() async throws -> EmbeddedStore {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    return store
  }

  private func increment(_ row: RowKey = "r", by amount: Int64 = 1) -> Increment {
    var increment = Increment(row)
    increment.add(family: "data", qualifier: "n", by: amount)
    return increment
  }

  private func value(_ store: EmbeddedStore, _ qualifier: Bytes = "n") async throws -> Bytes? {
    try await store.get(Get("r"), in: "t")?.value(family: "data", qualifier: qualifier)
  }

  @Test("Sums count from zero, and are returned as they are stored")
  func sums() async throws {
    let store = try await open()
    for (amount, sum) in [(5, 5), (-7, -2), (Int64.max, .max - 2)] as [(Int64, Int64)] {
      let result = try await store.increment(increment(by: amount), in: "t")
      #expect(result.count == 1)
      #expect(result[0].value == sum.counterValue)
      #expect(try await store.get(Get("r"), in: "t") == result)
    }
    try await store.close()
  }

  @Test("A sum beyond 64 bits, and a value that is no integer, are refused with nothing written")
  func refusals() async throws {
    let store = try await open()
    _ = try await store.increment(increment(by: .max), in: "t")
    var both = RowMutations("r")
    both.put(family: "data", qualifier: "beside", value: "x")
    both.increment(family: "data", qualifier: "n", by: 1)
    let overflow = await #expect(throws: StoreError.self) {
      try await store.mutate(both, in: "t")
    }
    #expect(overflow?.code == .invalidArgument)
    #expect(overflow?.message.contains("row 'r', column 'data:n'") == true)
    #expect(try await value(store) == Int64.max.counterValue)
    #expect(try await value(store, "beside") == nil)
    var put = Put("r")
    put.add(family: "data", qualifier: "n", value: "seven b")
    try await store.put(put, in: "t")
    let notANumber = await #expect(throws: StoreError.self) {
      try await store.increment(increment(), in: "t")
    }
    #expect(notANumber?.code == .invalidArgument)
    #expect(notANumber?.message.contains("7 bytes") == true)
    var unknown = Increment("r")
    unknown.add(family: "nowhere", qualifier: "n")
    let family = await #expect(throws: StoreError.self) {
      try await store.increment(unknown, in: "t")
    }
    #expect(family?.code == .noSuchFamily)
    try await store.close()
  }

  @Test("Many at once lose none, across flushes and splits")
  func concurrent() async throws {
    let store = try await open()
    try await withThrowingTaskGroup { group in
      for task in 0..<16 {
        group.addTask {
          for number in 0..<200 {
            var mutations = RowMutations(Bytes(utf8: "r\(number % 3)"))
            mutations.increment(family: "data", qualifier: "n", by: 1)
            mutations.append(family: "data", qualifier: "text", "x")
            mutations.put(
              family: "other", qualifier: "filler", value: Bytes([UInt8](repeating: 7, count: 60)))
            try await store.mutate(mutations, in: "t", durability: .memory)
            if task == 0, number == 50 { try await store.split(table: "t", at: "r1") }
            if task == 1, number % 50 == 0 { try await store.flush() }
          }
        }
      }
      try await group.waitForAll()
    }
    var sum: Int64 = 0
    var length = 0
    for row in try await TestStore.rows(store.scan(Scan(), in: "t")) {
      sum += try #require(
        row.value(family: "data", qualifier: "n").flatMap(Int64.init(counterValue:)))
      length += row.value(family: "data", qualifier: "text")?.count ?? 0
    }
    #expect(sum == 3200)
    #expect(length == 3200)
    try await store.close()
  }

  @Test("What comes before it in the same change is seen, by the rule of all reads")
  func sequence() async throws {
    let store = try await open()
    let n = Column(family: "data", qualifier: "n")
    func run(_ mutations: [Mutation]) async throws -> Bytes? {
      try await store.mutate(RowMutations("r", mutations), in: "t")
      return try await value(store)
    }
    #expect(
      try await run([.put(n, timestamp: nil, value: Int64(40).counterValue), .increment(n, by: 2)])
        == Int64(42).counterValue)
    #expect(try await run([.increment(n, by: 1), .increment(n, by: 1)]) == Int64(44).counterValue)
    #expect(
      try await run([.deleteColumn(n, upTo: nil), .increment(n, by: 3)]) == Int64(3).counterValue)
    #expect(
      try await run([.deleteFamily("data", upTo: nil), .increment(n, by: 4)])
        == Int64(4).counterValue)
    #expect(
      try await run([.increment(n, by: 4), .deleteRow(upTo: nil), .append(n, "new")]) == "new")
    // An old version put before it is not the newest.
    #expect(try await run([.put(n, timestamp: 1, value: "old"), .append(n, "er")]) == "newer")
    try await store.close()
  }

  @Test("The result is the newest version, even above a version of the future")
  func future() async throws {
    let store = try await open()
    let far = Timestamp(microseconds: Int64.max - 1)
    var put = Put("r")
    put.add(family: "data", qualifier: "n", value: Int64(10).counterValue, timestamp: far)
    try await store.put(put, in: "t")
    #expect(try await store.increment(increment(), in: "t")[0].timestamp == .max)
    #expect(try await value(store) == Int64(11).counterValue)
    let error = await #expect(throws: StoreError.self) {
      try await store.increment(increment(), in: "t")
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("greatest timestamp") == true)
    try await store.close()
  }

  @Test("It is made only if the conditions hold")
  func conditional() async throws {
    let store = try await open()
    let column = Column(family: "data", qualifier: "n")
    let ten = Int64(10).counterValue
    let operation = CheckAndMutate(
      [.value(column, .integer(.less, 10))], increment(by: 10).rowMutations)
    #expect(try await store.readModifyWrite(operation, in: "t", durability: .memory) == nil)
    _ = try await store.increment(increment(by: 0), in: "t")
    let result = try await store.readModifyWrite(operation, in: "t", durability: .memory)
    #expect(result?.first?.value == ten)
    #expect(try await store.readModifyWrite(operation, in: "t", durability: .memory) == nil)
    #expect(try await value(store) == ten)
    try await store.close()
  }

  @Test("The smaller and the greater of two: of nothing, the one that there is")
  func extremes() async throws {
    let store = try await open()
    let n = Column(family: "data", qualifier: "n")
    let steps: [(Mutation, Int64)] = [
      (.minimum(n, 5), 5), (.minimum(n, 7), 5), (.minimum(n, -3), -3), (.maximum(n, -4), -3),
      (.maximum(n, .max), .max), (.minimum(n, .min), .min),
    ]
    for (mutation, expected) in steps {
      let result = try await store.readModifyWrite(
        CheckAndMutate([], RowMutations("r", [mutation])), in: "t", durability: .memory)
      #expect(result?.first?.value == expected.counterValue, "\(mutation)")
    }
    try await store.mutate(
      RowMutations("r", [.put(n, timestamp: nil, value: "seven b")]), in: "t")
    for mutation in [Mutation.minimum(n, 1), .maximum(n, 1)] {
      let error = await #expect(throws: StoreError.self) {
        try await store.mutate(RowMutations("r", [mutation]), in: "t")
      }
      #expect(error?.code == .invalidArgument)
    }
    try await store.mutate(RowMutations("s", [.maximum(n, -9), .increment(n, by: 1)]), in: "t")
    let row = try await store.get(Get("s"), in: "t")
    #expect(row?.value(family: "data", qualifier: "n") == Int64(-8).counterValue)
    try await store.close()
  }

  @Test("With a timestamp the result bears it, unless what was there is newer")
  func stamped() async throws {
    let store = try await open()
    let n = Column(family: "data", qualifier: "n")
    func result(_ mutations: [Mutation]) async throws -> (Int64?, Int64?) {
      try await store.mutate(RowMutations("r", mutations), in: "t")
      let cell = try await store.get(Get("r"), in: "t")?.first
      return (cell.flatMap { Int64(counterValue: $0.value) }, cell?.timestamp.microseconds)
    }
    #expect(try await result([.increment(n, by: 1, timestamp: 10)]) == (1, 10))
    // The same timestamp replaces; a smaller one does not go below.
    #expect(try await result([.increment(n, by: 1, timestamp: 10)]) == (2, 10))
    #expect(try await result([.maximum(n, 9, timestamp: 7)]) == (9, 11))
    #expect(
      try await result([
        .put(n, timestamp: 20, value: Int64(3).counterValue), .increment(n, by: 1, timestamp: 20),
        .increment(n, by: 1, timestamp: 20),
      ]) == (5, 20))
    // Beside a version that the store stamps, it is that one's successor.
    let (sum, _) = try await result([
      .put(n, timestamp: nil, value: Int64(100).counterValue), .increment(n, by: 1, timestamp: 21),
    ])
    #expect(sum == 101)
    try await store.close()
  }
}
