// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

@Suite("Readers beside a log that is used again")
struct ReadOnlyLogReuseTests {
  private static let column = Column(family: "data", qualifier: "n")

  private static func set(_ number: Int, _ store: EmbeddedStore) async throws {
    try await store.mutate(
      RowMutations("count", [.put(column, timestamp: nil, value: Bytes(utf8: String(number)))]),
      in: "t", durability: .operatingSystem)
  }

  private static func fill(_ bytes: Int, _ store: EmbeddedStore) async throws {
    let filler = Bytes([UInt8](repeating: 7, count: bytes))
    try await store.mutate(
      RowMutations("filler", [.put(column, timestamp: nil, value: filler)]), in: "t",
      durability: .operatingSystem)
  }

  /// Writes and flushes until the segment that is being written has been written again as another, and is all overwritten:
  /// it holds little, the other one much.
  private static func useLogAgain(_ store: EmbeddedStore) async throws {
    let segments = try #require(store.background).segments
    let present = segments.currentNumber
    try await fill(5000, store)
    var user: UInt64?
    for round in 0..<100 where user == nil || user == segments.currentNumber {
      try await fill(15_000, store)
      if user == nil, !segments.knownNumbers.contains(present) { user = segments.currentNumber }
      try await store.flush()
      try await TestStore.settle(store)
      try #require(round < 99, "the segment is never used again")
    }
    // Too long for the segment that has the last one.
    try await fill(1400, store)
  }

  @Test(
    "Between whichever two calls of the opener the log is used again, a reader sees what was written before"
  )
  func betweenAnyTwoCalls() async throws {
    let disk = InMemoryFileSystem()
    let store = try await TestStore.open(disk)
    try await store.createTable(TestStore.schema)
    try await Self.useLogAgain(store)
    var call = 0
    var calls = 1
    while call < calls {
      call += 1
      let number = call
      try await Self.set(number, store)
      let observed = FailingFileSystem(disk) { call in
        if call.number == number { Blocking.wait { try await Self.useLogAgain(store) } }
        return nil
      }
      let reader = try await EmbeddedStore.openReadOnly(
        at: "/store", configuration: TestStore.configuration(observed))
      let row = try await reader.get(Get("count"), in: "t")
      let seen = row?.value(family: "data", qualifier: "n")?.utf8String.flatMap { Int($0) }
      #expect(seen == number, "call \(number)")
      if call == 1 { calls = min(observed.callCount, 120) }
      try await reader.close()
    }
    print("betweenAnyTwoCalls: \(calls) readers opened")
    #expect(calls > 10)
    try await store.close()
  }
}
