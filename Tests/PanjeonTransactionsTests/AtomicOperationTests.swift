// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("Changes that read nothing")
struct AtomicOperationTests {
  private static let n = Column(family: "data", qualifier: "n")

  private func number(_ row: RowResult?) -> Int64? {
    row?.value(family: "data", qualifier: "n").flatMap(Int64.init(counterValue:))
  }

  @Test("Two that count in one column do not conflict, whatever is between them")
  func noConflict() async throws {
    let fixture = try await TransactionFixture()
    let tasks = 16
    let rounds = 50
    try await withThrowingTaskGroup { group in
      for task in 0..<tasks {
        group.addTask {
          for round in 0..<rounds {
            try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
              let number = Int64(task * rounds + round)
              try transaction.mutate(
                RowMutations(
                  "hot",
                  [
                    .increment(Self.n, by: 1),
                    .maximum(Column(family: "data", qualifier: "max"), number),
                    .minimum(Column(family: "data", qualifier: "min"), number),
                    .append(Column(family: "data", qualifier: "text"), "x"),
                  ]), in: "t")
              try transaction.set("own \(task)", round)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let row = try await fixture.store.get(Get("hot"), in: "t")
    let total = tasks * rounds
    #expect(number(row) == Int64(total))
    #expect(row?.value(family: "data", qualifier: "max") == Int64(total - 1).counterValue)
    #expect(row?.value(family: "data", qualifier: "min") == Int64(0).counterValue)
    #expect(row?.value(family: "data", qualifier: "text")?.count == total)
    #expect(fixture.manager.statistics.conflicts == 0)
    // The cells bear the row's version.
    let header = row?.value(family: "!lock!", qualifier: "header").flatMap(
      LockHeader.init(decoding:))
    let timestamp = row?.first { $0.column == Self.n }?.timestamp
    #expect(timestamp.map { UInt64($0.microseconds) } == header?.version)
    try await fixture.store.close()
  }

  @Test("Who reads the column depends on it, before the change and after it")
  func readers() async throws {
    for readsFirst in [true, false] {
      let fixture = try await TransactionFixture()
      let error = await #expect(throws: TransactionError.self) {
        try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
          let change = RowMutations("hot", [.increment(Self.n, by: 1)])
          if readsFirst { _ = try await transaction.get(Get("hot"), in: "t") }
          try transaction.mutate(change, in: "t")
          if !readsFirst { _ = try await transaction.get(Get("hot"), in: "t") }
          try await fixture.manager.withTransaction { other in
            try other.mutate(change, in: "t")
          }
        }
      }
      #expect(error?.cause.map { ($0 as? TransactionError)?.code == .conflict } == true)
      #expect(error?.row == TransactionRow(table: "t", row: "hot"))
      #expect(number(try await fixture.store.get(Get("hot"), in: "t")) == 1)
      try await fixture.store.close()
    }
  }

  @Test(
    "A transaction reads its own, in every order with puts and deletes, as the store then holds them"
  )
  func readYourOwn() async throws {
    TestSeed.announce("Changes that read nothing")
    var random = SplitMix64(seed: TestSeed.value)
    let fixture = try await TransactionFixture()
    for _ in 0..<200 * TestSeed.effort {
      var changes: [Mutation] = []
      for _ in 0..<(1 + random.below(5)) {
        let number = Int64(random.below(20)) - 10
        switch random.below(8) {
        case 0, 1: changes.append(.increment(Self.n, by: number))
        case 2: changes.append(.minimum(Self.n, number))
        case 3: changes.append(.maximum(Self.n, number))
        case 4: changes.append(.put(Self.n, timestamp: nil, value: number.counterValue))
        case 5: changes.append(.deleteColumn(Self.n, upTo: nil))
        case 6: changes.append(.deleteFamily("data", upTo: nil))
        default: changes.append(.append(Column(family: "data", qualifier: "text"), "y"))
        }
      }
      let seen = try await fixture.manager.withTransaction { transaction in
        for change in changes {
          try transaction.mutate(RowMutations("r", [change]), in: "t")
        }
        return try await transaction.get(Get("r"), in: "t")
      }
      let stored = try await fixture.manager.withSnapshot { try await $0.get(Get("r"), in: "t") }
      #expect(
        seen?.map(\.value) == stored?.map(\.value), "\(changes)")
    }
    try await fixture.store.close()
  }

  @Test("What cannot be counted is refused when it is read, or at the commit, with nothing written")
  func refusals() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.set(["a": 1])
    let v = Column(family: "data", qualifier: "v")
    for reads in [false, true] {
      let error = await #expect(throws: StoreError.self) {
        try await fixture.manager.withTransaction { transaction in
          try transaction.set("b", 2)
          try transaction.mutate(RowMutations("a", [.increment(v, by: 1)]), in: "t")
          if reads { _ = try await transaction.get(Get("a"), in: "t") }
        }
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("no integer") == true)
    }
    let stamped = await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction { transaction in
        try transaction.mutate(
          RowMutations("a", [.maximum(Self.n, 1, timestamp: 5)]), in: "t")
      }
    }
    #expect(stamped?.code == .misuse)
    #expect(try await fixture.all() == ["a": 1])
    try await fixture.store.close()
  }

  @Test("Taken back with a savepoint, they leave the row alone")
  func savepoint() async throws {
    let fixture = try await TransactionFixture()
    try await fixture.manager.withTransaction { transaction in
      try transaction.mutate(RowMutations("r", [.increment(Self.n, by: 1)]), in: "t")
      let savepoint = transaction.setSavepoint()
      try transaction.mutate(RowMutations("r", [.increment(Self.n, by: 10)]), in: "t")
      try transaction.mutate(RowMutations("other", [.increment(Self.n, by: 10)]), in: "t")
      try transaction.rollBack(to: savepoint)
    }
    #expect(number(try await fixture.store.get(Get("r"), in: "t")) == 1)
    #expect(try await fixture.store.get(Get("other"), in: "t") == nil)
    try await fixture.store.close()
  }
}
