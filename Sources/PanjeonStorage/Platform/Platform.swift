// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The one place where the library meets the wall clock and unseeded randomness.
///
/// Everything else takes time and randomness as parameters.
package enum Platform {
  /// Microseconds since the Unix epoch by the wall clock.
  package static func wallClockMicroseconds() -> Int64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }

  /// Nanoseconds of a clock that never goes back.
  package static func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  /// The operating system's generator, whose numbers nobody can predict.
  package static func systemGenerator() -> SystemRandomNumberGenerator {
    SystemRandomNumberGenerator()
  }

  /// A seed from the operating system.
  package static func randomSeed() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}
