// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroBenchmarks
import Testing

/// What other tests do beside would be counted: this one is for a process of its own, which says so.
private let isAlone = ProcessInfo.processInfo.environment["PANJEON_COSTS"] != nil

/// What an operation may ask of memory, and how many references it may count up: what it does now, and a little for what varies with
/// the toolchain. Whoever makes one dearer has to say so here; whoever makes it cheaper, too, lest it creep back.
private let limits: [(name: String, allocations: Double, retains: Double)] = [
  ("get/memtable", 5.1, 38),
  ("get/block", 5.1, 43),
  ("get/row-cache", 0.5, 21),
  ("get/one-cell", 11.1, 61),
  ("get/absent", 2.1, 22),
  ("scan/row", 0.6, 2.6),
  ("put/cell", 10.2, 53),
  ("put/row", 20.5, 117),
  ("compact/row", 12, 62),
  ("recover/row", 0.11, 31),
  ("transaction/get", 5.1, 45),
  ("transaction/snapshot-get", 5.1, 46),
  ("transaction/update", 28.2, 154),
]

@Suite(
  "What an operation costs", .serialized,
  .enabled(if: isAlone, "run it alone: PANJEON_COSTS=1 swift test -c release --filter CostTests"))
struct CostTests {
  @Test(
    "No path asks for more memory, or counts more references, than it is known to",
    .enabled(if: MicroBenchmark.counts), .timeLimit(.minutes(2)), arguments: MicroBenchmark.all)
  func costs(benchmark: MicroBenchmark) async throws {
    let limit = try #require(limits.first { $0.name == benchmark.name }, "it has no limit yet")
    // Threads in the background may have done something beside; they do not each time.
    var least = try await benchmark.run(rounds: 0, time: .zero)
    for _ in 0..<4 where least.allocations > limit.allocations || least.retains > limit.retains {
      let again = try await benchmark.run(rounds: 0, time: .zero)
      least.allocations = min(least.allocations, again.allocations)
      least.retains = min(least.retains, again.retains)
    }
    #expect(least.allocations <= limit.allocations)
    #expect(least.retains <= limit.retains)
    #expect(least.allocations > limit.allocations * 0.7, "the limit can be lowered")
    #expect(least.retains > limit.retains * 0.7, "the limit can be lowered")
  }

  @Test(
    "A row in a cached block, got through the front door, costs a fifth more than by the engine at the most"
  )
  func frontDoor() async throws {
    func best(_ name: String) async throws -> Double {
      let benchmark = try #require(MicroBenchmark.all.first { $0.name == name })
      return try await benchmark.run(rounds: 5, time: .milliseconds(50)).nanoseconds
    }
    var ratios: [Double] = []
    for _ in 0..<5 { ratios.append(try await best("transaction/get") / best("get/block")) }
    print("Database.get beside EmbeddedStore.get:", ratios.map { ($0 * 100).rounded() / 100 })
    #expect(try #require(ratios.min()) <= 1.2)
  }
}
