// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

extension Timestamp {
  /// A moment later, or earlier for a negative period; the last or the first there is if it would be beyond.
  func advanced(by period: Duration) -> Timestamp {
    let (seconds, attoseconds) = period.components
    // Both parts have the same sign, so that what goes beyond does so on that side.
    let limit = seconds < 0 || attoseconds < 0 ? Int64.min : .max
    let (whole, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (amount, isBeyond) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    let (sum, overflows) = microseconds.addingReportingOverflow(amount)
    return Timestamp(microseconds: isTooMuch || isBeyond || overflows ? limit : sum)
  }
}
