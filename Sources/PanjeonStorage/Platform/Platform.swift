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

  /// The present life of the machine: it changes when the machine starts again; empty when the system does not tell.
  package static func bootIdentity() -> String {
    #if canImport(Darwin)
      var bytes = [CChar](repeating: 0, count: 64)
      var count = bytes.count
      let status = unsafe sysctlbyname("kern.bootsessionuuid", &bytes, &count, nil, 0)
      return status == 0
        ? String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) : ""
    #else
      let descriptor = unsafe open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return "" }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: 64)
      let count = unsafe read(descriptor, &bytes, bytes.count)
      let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      return String(text.prefix { $0.isHexDigit || $0 == "-" })
    #endif
  }
}
