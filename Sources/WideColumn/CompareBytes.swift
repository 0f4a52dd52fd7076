// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Compares two byte strings by unsigned byte, the shorter first on a tie.
///
/// - Returns: A negative number, zero or a positive number, as `memcmp` does.
package func compareBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
  let common = min(left.count, right.count)
  if common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
    let order = unsafe memcmp(leftBase, rightBase, common)
    if order != 0 { return Int(order) }
  }
  return left.count - right.count
}

extension UnsafeRawBufferPointer {
  /// Whether one of the bytes is zero.
  package var hasZero: Bool {
    guard let base = baseAddress, count > 0 else { return false }
    return unsafe memchr(base, 0, count) != nil
  }
}
