// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Access to bytes whose closure may throw one type of error (the standard library's `withUnsafeBytes` of an
/// array forgets the type).
extension [UInt8] {
  @inline(always)
  package func withRawBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try unsafe withUnsafeBufferPointer { (buffer) throws(E) in
      try unsafe body(UnsafeRawBufferPointer(buffer))
    }
  }

  @inline(always)
  package mutating func withMutableRawBytes<R, E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try unsafe withUnsafeMutableBufferPointer { (buffer) throws(E) in
      try unsafe body(UnsafeMutableRawBufferPointer(buffer))
    }
  }
}

extension Bytes {
  package func withRawBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try unsafe withUnsafeBytes(body)
  }
}

/// The bytes of a value; a closure that may throw one type of error.
@inline(always)
func withRawBytes<T: BitwiseCopyable, R, E: Error>(
  of value: T, _ body: (UnsafeRawBufferPointer) throws(E) -> R
) throws(E) -> R {
  try unsafe withUnsafePointer(to: value) { (pointer) throws(E) in
    try unsafe body(UnsafeRawBufferPointer(start: pointer, count: MemoryLayout<T>.size))
  }
}
