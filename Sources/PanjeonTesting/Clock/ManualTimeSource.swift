// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// Time that moves only when it is told to, or when somebody sleeps.
public final class ManualTimeSource: TimeSource {
  private let nanoseconds: Mutex<UInt64>
  private let epochMicroseconds: Int64

  /// Creates a clock that begins at a moment of the wall clock.
  public init(startingAtMicroseconds start: Int64 = 1_700_000_000_000_000) {
    epochMicroseconds = start
    nanoseconds = Mutex(0)
  }

  /// Moves time on.
  public func advance(by duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let step = UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000)
    nanoseconds.withLock { $0 += step }
  }

  /// Microseconds since the Unix epoch.
  public func wallClockMicroseconds() -> Int64 {
    epochMicroseconds + Int64(monotonicNanoseconds() / 1000)
  }

  /// Nanoseconds since the clock was made.
  public func monotonicNanoseconds() -> UInt64 {
    nanoseconds.withLock { $0 }
  }

  /// Moves time on by as much as was to be slept, without waiting.
  ///
  /// Throws `CancellationError` when the task is cancelled.
  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    advance(by: duration)
    await Task.yield()
  }
}
