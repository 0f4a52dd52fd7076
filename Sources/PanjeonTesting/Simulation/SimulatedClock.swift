// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The clock of a simulated process.
///
/// Time is that of the simulation and passes only when the scheduler lets it. The wall clock is off by what the process was given
/// and by every jump since.
public struct SimulatedClock: TimeSource {
  let process: SimulatedProcess

  /// Microseconds since the Unix epoch, as the process believes.
  public func wallClockMicroseconds() -> Int64 {
    process.simulation.wallClockMicroseconds &+ process.clockOffsetMicroseconds
  }

  /// Nanoseconds since the simulation began.
  public func monotonicNanoseconds() -> UInt64 { process.simulation.nanoseconds }

  /// Waits until the scheduler has moved time on.
  ///
  /// Throws `CancellationError` when the task is cancelled or the process has crashed.
  public func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    if process.isCrashed { throw CancellationError() }
    await process.simulation.sleep(process, for: duration)
    try Task.checkCancellation()
    if process.isCrashed { throw CancellationError() }
  }
}
