// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A range of rows to compare with, in memory of its own, so that comparing counts no references that other threads count too.
///
/// Safe: the memory lives as long as the one who has made it, and compares with it.
@safe struct RowBounds: @unchecked Sendable {
  // Unchecked: the memory is written once.
  private let bytes: UnsafeMutableRawBufferPointer
  private let startCount: Int
  private let hasStop: Bool

  init(_ rows: KeyRange) {
    let all = Array(rows.start) + Array(rows.stop ?? Bytes())
    unsafe bytes = .allocate(byteCount: all.count, alignment: 8)
    unsafe bytes.copyBytes(from: all)
    startCount = rows.start.count
    hasStop = rows.stop != nil
  }

  func deallocate() {
    unsafe bytes.deallocate()
  }

  /// Whether a row lies in the range.
  @inline(always)
  func contains(_ row: UnsafeRawBufferPointer) -> Bool {
    let start = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<startCount])
    return unsafe compareBytes(start, row) <= 0 && !isBefore(row)
  }

  /// Whether the range ends before a row.
  @inline(always)
  func isBefore(_ row: UnsafeRawBufferPointer) -> Bool {
    if !hasStop { return false }
    return unsafe compareBytes(UnsafeRawBufferPointer(rebasing: bytes[startCount...]), row) <= 0
  }
}
