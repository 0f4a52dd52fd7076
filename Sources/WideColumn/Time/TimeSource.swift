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
