// SPDX-License-Identifier: Apache-2.0

internal import CPanjeonProcessor

/// Asks the processor to bring memory into its cache that will be looked at soon, so that other work is done while it comes.
enum Prefetch {
  /// How much the processor brings at once.
  static let lineBytes = 64

  /// Asks for the memory at an address, which need not be anybody's any more.
  @inline(always)
  static func line(at address: UnsafeRawPointer) {
    unsafe panjeon_prefetch(address)
  }

  /// Asks for some memory behind an address.
  @inline(always)
  static func lines(of range: Range<Int>, behind address: UnsafeRawPointer) {
    for offset in stride(from: range.lowerBound, to: range.upperBound, by: lineBytes) {
      unsafe panjeon_prefetch(address + offset)
    }
  }
}
