// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// The stored value of a put that has a time to live of its own; see the page *Formats/CellKeyFormat*.
///
///     expiring-value = time-to-live value   ; microseconds, at least one, 8 bytes, little-endian
package enum ExpiringValue {
  package static let headerBytes = 8

  /// Whether bytes could be such a value: for bytes from disk, once; everything after relies on it.
  package static func isWellFormed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    unsafe bytes.count >= headerBytes && timeToLive(bytes) >= 1
  }

  /// The put's time to live, in microseconds.
  @inline(always)
  package static func timeToLive(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    unsafe Int64(littleEndian: bytes.loadUnaligned(as: Int64.self))
  }

  /// What the put has written.
  @inline(always)
  package static func value(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(rebasing: bytes[headerBytes...])
  }

  /// The first moment at which reads do not find the put any more.
  package static func end(timestamp: Int64, _ bytes: UnsafeRawBufferPointer) -> Int64 {
    let (end, overflow) = unsafe timestamp.addingReportingOverflow(timeToLive(bytes))
    return overflow ? .max : end
  }
}
