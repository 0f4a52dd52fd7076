// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

extension Simulation {
  /// The fault that happens at a call; nil for none.
  func fault(changing: Bool) -> StoreFault? {
    state.withLock { state in
      guard state.injectsFaults, state.faultCounts.total < faults.faultsMax else { return nil }
      let kinds = faults.kinds.filter { changing || !$0.concernsChanges }
      var fault: StoreFault?
      if isEnumerated {
        let picked = state.choices.pick(.fault, count: kinds.count + 1, free: kinds.count + 1)
        if picked > 0 { fault = kinds[picked - 1] }
      } else {
        for kind in kinds where state.choices.random?.chance(faults[kind]) == true && fault == nil {
          fault = kind
        }
      }
      if let fault { state.faultCounts[fault] += 1 }
      return fault
    }
  }

  /// A number below a bound, for what is not worth a choice of its own: zero when choices are enumerated.
  func draw(below bound: Int) -> Int {
    state.withLock { $0.choices.random?.below(bound) ?? 0 }
  }

  /// How long a client stands still.
  func stallDuration() -> Duration { .milliseconds(1000 + draw(below: 60_000)) }

  /// By how much a clock jumps, in microseconds.
  func clockJumpMicroseconds() -> Int64 { Int64(draw(below: 120_000_001)) - 60_000_000 }
}
