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
}
