// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Conditions")
struct ConditionTests {
  static let column = Column(family: "data", qualifier: "q")

  /// A condition, and whether it holds of the value "melon".
  static let ofMelon: [(Condition, Bool)] = [
    (.present(column), true), (.absent(column), false),
    (.equals(column, "melon"), true), (.equals(column, "melo"), false),
    (.value(column, .bytes(.less, "melons")), true),
    (.value(column, .bytes(.less, "melon")), false),
    (.value(column, .bytes(.lessOrEqual, "melon")), true),
    (.value(column, .bytes(.lessOrEqual, "me")), false),
    (.value(column, .bytes(.equal, "melon")), true), (.value(column, .bytes(.equal, "")), false),
    (.value(column, .bytes(.notEqual, "pear")), true),
    (.value(column, .bytes(.notEqual, "melon")), false),
    (.value(column, .bytes(.greaterOrEqual, "melon")), true),
    (.value(column, .bytes(.greaterOrEqual, "n")), false),
    (.value(column, .bytes(.greater, "me")), true),
    (.value(column, .bytes(.greater, "melon")), false),
    (.value(column, .prefix("mel")), true), (.value(column, .prefix("elon")), false),
    (.value(column, .prefix("")), true), (.value(column, .prefix("melons")), false),
    (.value(column, .contains("lon")), true), (.value(column, .contains("lom")), false),
    (.value(column, .contains("")), true), (.value(column, .contains("melon!")), false),
    (.value(column, .bits(.and, [0, 0, 0, 0, 1])), false),
    (.value(column, .bits(.and, [0, 0, 0, 0, 2])), true),
    (.value(column, .bits(.or, [0, 0, 0, 0, 0])), true),
    (.value(column, .bits(.xor, "melon")), false), (.value(column, .bits(.xor, "melom")), true),
    (.value(column, .bits(.or, [1])), false),
    // Not an integer: of five bytes.
    (.value(column, .integer(.notEqual, 5)), false),
  ]

  @Test(
    "Each holds or not, of a value in memory and of one in an SSTable", arguments: [false, true])
  func values(isFlushed: Bool) async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    var put = Put("r")
    put.add(family: "data", qualifier: "q", value: "melon")
    try await store.put(put, in: "t")
    if isFlushed { try await store.flush() }
    for (condition, expected) in Self.ofMelon {
      let check = CheckAndMutate([condition], RowMutations("r"))
      #expect(
        try await store.checkAndMutate(check, in: "t", durability: .memory) == expected,
        "\(condition)")
    }
    // All must hold.
    let both = CheckAndMutate([Self.ofMelon[0].0, Self.ofMelon[1].0], RowMutations("r"))
    #expect(try await store.checkAndMutate(both, in: "t", durability: .memory) == false)
    try await store.close()
  }

  @Test("Of a column that is absent only its absence holds")
  func absent() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    for (condition, _) in Self.ofMelon {
      let check = CheckAndMutate([condition], RowMutations("r"))
      #expect(
        try await store.checkAndMutate(check, in: "t", durability: .memory)
          == (condition == .absent(Self.column)), "\(condition)")
    }
    try await store.close()
  }

  @Test("Integers compare by value, not by byte")
  func integers() {
    let numbers: [Int64] = [.min, -1, 0, 1, 255, 256, .max]
    for left in numbers {
      for right in numbers {
        let comparison = Comparison.integer(.less, right)
        #expect(comparison.isMet(by: left.counterValue) == (left < right))
      }
    }
  }

  @Test("What is compared with is bounded")
  func bounds() async throws {
    let store = try await TestStore.open(InMemoryFileSystem())
    try await store.createTable(TestStore.schema)
    let long = Bytes([UInt8](repeating: 1, count: 1025))
    for comparison in [
      Comparison.bytes(.equal, long), .prefix(long), .contains(long), .bits(.and, long),
    ] {
      let check = CheckAndMutate([.value(Self.column, comparison)], RowMutations("r"))
      let error = await #expect(throws: StoreError.self) {
        try await store.checkAndMutate(check, in: "t", durability: .memory)
      }
      #expect(error?.code == .limitExceeded)
    }
    try await store.close()
  }
}
