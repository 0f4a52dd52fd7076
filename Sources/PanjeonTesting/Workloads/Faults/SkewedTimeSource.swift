// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WideColumn

/// A clock whose wall time jumps, forth and back; its monotonic time is true.
public final class SkewedTimeSource: TimeSource {
  private let base: any TimeSource
  private let injector: FaultInjector
  /// How far from the true time it is, in microseconds.
  private let offset = Mutex<Int64>(0)

  /// Creates a clock.
  ///
  /// - Parameters:
  ///   - base: The true time.
  ///   - injector: Says when to jump, and how far.
  public init(_ base: any TimeSource, injector: FaultInjector) {
    self.base = base
    self.injector = injector
  }

  /// Microseconds since the Unix epoch, more or less.
  public func wallClockMicroseconds() -> Int64 {
    let jump = injector.drawJump()
    let offset = offset.withLock { offset in
      if let jump { offset = jump }
      return offset
    }
    return base.wallClockMicroseconds() + offset
  }

  /// Nanoseconds of the true clock.
  public func monotonicNanoseconds() -> UInt64 { base.monotonicNanoseconds() }

  /// Suspends the task; throws `CancellationError`.
  public func sleep(for duration: Duration) async throws { try await base.sleep(for: duration) }
}
