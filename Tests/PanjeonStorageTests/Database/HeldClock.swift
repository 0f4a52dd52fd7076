// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import WideColumn

/// A clock that moves only when it is told to: not when a commit that is held back sleeps.
struct HeldClock: TimeSource {
  /// What tells the time; moving it moves this clock.
  var base = ManualTimeSource(startingAtMicroseconds: 1000)

  func wallClockMicroseconds() -> Int64 { base.wallClockMicroseconds() }
  func monotonicNanoseconds() -> UInt64 { base.monotonicNanoseconds() }
  func sleep(for duration: Duration) async throws { await Task.yield() }
}
