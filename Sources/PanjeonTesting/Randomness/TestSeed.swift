// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The seed and the effort of randomised tests, from the environment.
public enum TestSeed {
  /// The seed: `PANJEON_SEED`, or a fixed one.
  public static let value: UInt64 = number("PANJEON_SEED") ?? 20_261_124

  /// How much longer than in a quick run to go on: `PANJEON_EFFORT`, or 1.
  public static let effort: Int = number("PANJEON_EFFORT").map { Int(clamping: $0) } ?? 1

  /// Prints how to replay a test.
  public static func announce(_ test: String) {
    print("\(test): replay with PANJEON_SEED=\(value) PANJEON_EFFORT=\(effort)")
  }

  /// Whether an environment variable is set.
  public static func isSet(_ name: String) -> Bool {
    unsafe getenv(name) != nil
  }

  /// The value of an environment variable; nil when it is not set.
  static func text(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }

  private static func number(_ name: String) -> UInt64? { text(name).flatMap { UInt64($0) } }
}
