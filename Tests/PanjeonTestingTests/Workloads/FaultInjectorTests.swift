// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

@Suite("Faults between clients and a store")
struct FaultInjectorTests {
  @Test("The first jump of a clock comes within 8 reads of it, whatever the seed")
  func firstJump() {
    for seed in 0..<200 as Range<UInt64> {
      let base = ManualTimeSource()
      let injector = FaultInjector(.init([.skew]), seed: seed, clock: base)
      let clock = SkewedTimeSource(base, injector: injector)
      for _ in 0..<8 { _ = clock.wallClockMicroseconds() }
      #expect(injector.counts[.skew] > 0)
    }
  }

  @Test("It comes sooner or later, not always at once")
  func anywhere() {
    let counts = (0..<200 as Range<UInt64>).map { seed in
      let base = ManualTimeSource()
      let injector = FaultInjector(.init([.skew]), seed: seed, clock: base)
      let clock = SkewedTimeSource(base, injector: injector)
      for _ in 0..<4 { _ = clock.wallClockMicroseconds() }
      return injector.counts[.skew]
    }
    #expect(counts.contains(0))
    #expect(counts.contains { $0 > 0 })
  }

  @Test("What was not asked for, or never happens, is not injected")
  func none() {
    let base = ManualTimeSource()
    var options = FaultInjector.Options([.skew])
    options.jumpsPerThousand = 0
    for options in [options, FaultInjector.Options([.stall])] {
      let injector = FaultInjector(options, seed: 1, clock: base)
      let clock = SkewedTimeSource(base, injector: injector)
      for _ in 0..<100 { #expect(clock.wallClockMicroseconds() == base.wallClockMicroseconds()) }
      #expect(injector.counts.total == 0)
    }
  }

  @Test("Of changes made in one call each answer is lost on its own, and some of the changes")
  func batch() async throws {
    TestSeed.announce("Faults between clients and a store")
    var options = FaultInjector.Options([.lostAck])
    (options.lostPerThousand, options.repeatedPerThousand) = (400, 100)
    let injector = FaultInjector(options, seed: TestSeed.value, clock: ManualTimeSource())
    let base = try await WorkloadFixture.store()
    let store = FaultInjectingStore(base, injector: injector)
    let table = WorkloadTables.schemas[0]
    let column = Column(family: table.families[0].name, qualifier: "q")
    let rows = (0..<300).map { Bytes(utf8: "row\($0)") }
    let batch = rows.map {
      CheckAndMutate(
        [.absent(column)], RowMutations($0, [.put(column, timestamp: nil, value: "v")]))
    }
    let results = await store.checkAndMutate(batch: batch, in: table.name, durability: .memory)
    var (made, lost) = (0, 0)
    for (row, result) in zip(rows, results) {
      let isThere = try await base.get(Get(row), in: table.name) != nil
      switch result {
      case .success(let holds): #expect(holds && isThere)
      case .failure(let error):
        #expect(error.code == .unknownOutcome)
        if isThere { made += 1 } else { lost += 1 }
      }
    }
    #expect(made > 20 && lost > 20 && made + lost < 250)
    #expect(injector.counts[.lostAck] > made + lost)
    try await base.close()
  }
}
