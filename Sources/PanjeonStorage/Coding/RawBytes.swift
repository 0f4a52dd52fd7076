// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Access to bytes whose closure may throw one type of error (the standard library's `withUnsafeBytes` of an
/// array forgets the type).
extension [UInt8] {
  @inline(always)
  package func withRawBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try withUnsafeBufferPointer { (buffer) throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
  }

  @inline(always)
  package mutating func withMutableRawBytes<R, E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try withUnsafeMutableBufferPointer { (buffer) throws(E) in
      try body(UnsafeMutableRawBufferPointer(buffer))
    }
  }
}

extension Bytes {
  package func withRawBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try withUnsafeBytes(body)
  }
}
