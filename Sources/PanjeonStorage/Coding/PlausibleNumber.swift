// SPDX-License-Identifier: Apache-2.0

/// Bounds of numbers from disk that are counted up: far beyond what any store reaches, far from where counting overflows.
enum PlausibleNumber {
  /// The greatest sequence, file or region number, or count.
  static let max: UInt64 = 1 << 62

  /// The timestamps that a store assigns, in microseconds.
  static let timestamps: ClosedRange<Int64> = -(1 << 62)...(1 << 62)
}
