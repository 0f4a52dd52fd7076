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

  private static let sleepMax = Duration.seconds(100 * 365 * 86_400)

  /// Suspends the task, for a century at the most.
  ///
  /// Throws `CancellationError` when the task is cancelled.
  public func sleep(for duration: Duration) async throws {
    // The library stops the process when it is asked for more than its clock can hold.
    try await Task.sleep(for: min(duration, Self.sleepMax))
  }
}
