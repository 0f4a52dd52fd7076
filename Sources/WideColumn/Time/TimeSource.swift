// SPDX-License-Identifier: Apache-2.0

/// Where the library takes time from: a parameter, so that a run can be replayed.
public protocol TimeSource: Sendable {
  /// Microseconds since the Unix epoch; may go back.
  func wallClockMicroseconds() -> Int64

  /// Nanoseconds of a clock that never goes back.
  func monotonicNanoseconds() -> UInt64

  /// Suspends the task.
  ///
  /// Throws `CancellationError` when the task is cancelled.
  func sleep(for duration: Duration) async throws
}

extension TimeSource {
  /// Microseconds since the Unix epoch, as far as a store believes the clock: 73,000 years either way.
  ///
  /// What is assigned may still be counted up from there.
  package func presentMicroseconds() -> Int64 {
    min(max(wallClockMicroseconds(), -(1 << 61)), 1 << 61)
  }
}
