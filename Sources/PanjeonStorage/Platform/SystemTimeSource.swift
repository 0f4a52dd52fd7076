// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The operating system's clocks.
public struct SystemTimeSource: TimeSource {
  /// Creates a source of the operating system's time.
  public init() {}

  /// Microseconds since the Unix epoch by the wall clock.
  public func wallClockMicroseconds() -> Int64 {
    Platform.wallClockMicroseconds()
  }

  /// Nanoseconds since some moment, by a clock that never goes back.
  public func monotonicNanoseconds() -> UInt64 {
    Platform.monotonicNanoseconds()
  }

  /// Suspends the task.
  ///
  /// Throws `CancellationError` when the task is cancelled.
  public func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }
}
