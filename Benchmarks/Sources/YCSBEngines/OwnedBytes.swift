// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A client's buffer for what it has read: a copy by `memcpy`, so that no engine pays for how Swift appends.
struct OwnedBytes {
  private var storage: [UInt8] = []
  private(set) var count = 0

  /// Copies a value in place of the last one.
  @inline(always)
  mutating func take(_ start: UnsafePointer<CChar>?, _ count: Int) {
    self.count = count
    if storage.count < count { storage = [UInt8](repeating: 0, count: 2 * count) }
    guard count > 0, let start else { return }
    storage.withUnsafeMutableBytes { $0.baseAddress?.copyMemory(from: start, byteCount: count) }
  }

  @inline(always)
  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes begin with others, by `memcmp`.
  @inline(always)
  func hasPrefix(_ prefix: [UInt8]) -> Bool {
    guard count >= prefix.count, let baseAddress else { return prefix.isEmpty }
    return prefix.withUnsafeBytes { other in
      other.baseAddress.map { memcmp(baseAddress, $0, other.count) == 0 } ?? true
    }
  }
}
