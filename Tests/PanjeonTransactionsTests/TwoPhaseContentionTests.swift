// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

/// Commits in two phases that are in one another's way.
@Suite("Contention in two phases", .timeLimit(.minutes(10)))
struct TwoPhaseContentionTests {
  @Test(
    "44: many that write the same rows, with and without reading them, get on",
    arguments: [true, false])
  func contention(isBlind: Bool) async throws {
    let plain = try await TransactionFixture()
    let clock = SystemTimeSource()
    let (clients, rounds) = (6, 30)
    let managers = (0..<clients).map { number in
      TransactionManager(
        store: TwoPhaseStore(CallGate(plain.store), timeSource: clock), timeSource: clock,
        seed: UInt64(number))
    }
    try await withThrowingTaskGroup { group in
      for (number, manager) in managers.enumerated() {
        group.addTask {
          for round in 0..<rounds {
            try await manager.withTransaction(TransactionOptions(durability: .memory)) {
              transaction in
              for row in number.isMultiple(of: 2) ? ["a", "k", "s"] : ["s", "k", "a"] {
                if !isBlind { _ = try await transaction.value(row) }
                try transaction.set(row, number * rounds + round)
              }
            }
          }
          await manager.store.drain()
        }
      }
      try await group.waitForAll()
    }
    let refused = managers.map { Int($0.statistics.conflicts + $0.statistics.blindRepeats) }
    // In one batch each refusal is another one's commit; here two may refuse one another, but not again and again.
    #expect(refused.reduce(0, +) < 20 * clients * rounds)
    #expect(managers.allSatisfy { $0.store.lockStatistics.ownersGivenUp == 0 })
    let values = try await plain.all()
    #expect(Set(values.values).count == 1 && values.count == 3)
    try await plain.store.close()
  }
}
