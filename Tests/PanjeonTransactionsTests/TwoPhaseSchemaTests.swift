// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Commits in two phases while tables change.
@Suite("Tables that change beside commits in two phases", .timeLimit(.minutes(15)))
struct TwoPhaseSchemaTests {
  private func write(
    _ value: String, _ transaction: inout Transaction<TwoPhaseStore<CallGate<EmbeddedStore>>>
  ) throws {
    for row: RowKey in ["a", "z"] {
      var put = Put(row)
      put.add(family: "old", qualifier: "q", value: Bytes(utf8: value))
      try transaction.put(put, in: "t")
    }
  }

  private static let withoutOld = TableSchema(name: "t", families: [.lock, ColumnFamily("data")])

  @Test("A family that has been dropped is missed before anything is decided")
  func dropped() async throws {
    let fixture = try await TwoPhaseFixture()
    try await fixture.manager.withTransaction { try write("1", &$0) }
    await fixture.background.run()
    try await fixture.plain.store.alterTable(Self.withoutOld)
    for _ in 0..<2 {
      let error = await #expect(throws: StoreError.self) {
        try await fixture.manager.withTransaction { try write("2", &$0) }
      }
      #expect(error?.code == .noSuchFamily)
    }
    #expect(try await fixture.plain.manager.unstableLocks(in: "t").isEmpty)
    try await fixture.plain.store.close()
  }

  @Test(
    "One that is dropped while the decision is under way takes its cells with it, and no lock stays"
  )
  func droppedMeanwhile() async throws {
    let fixture = try await TwoPhaseFixture()
    let store = fixture.plain.store
    fixture.calls.setHook { call in
      if case .change(_, let header?) = call, header.state == .committed {
        try! await store.alterTable(Self.withoutOld)
      }
      return .made
    }
    try await fixture.manager.withTransaction { transaction in
      try write("1", &transaction)
      try transaction.set("k", 1)
    }
    await fixture.background.run()
    _ = try await fixture.plain.manager.resolveLocks(in: "t")
    #expect(try await fixture.plain.manager.unstableLocks(in: "t").isEmpty)
    #expect(try await fixture.plain.all()["k"] == 1)
    try await store.close()
  }
}
