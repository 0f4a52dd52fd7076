// SPDX-License-Identifier: Apache-2.0

/// What is counted of a replicated store since it was opened.
package final class ReplicationFigures: Sendable {
  /// Reads that were asked of a further volume because one was slow or failed.
  package let hedgedReads = AtomicNumber(0)
  /// Reads that failed on a volume.
  package let failedReads = AtomicNumber(0)
  /// Volumes that were taken out of use.
  package let volumeFailures = AtomicNumber(0)
  /// Volumes that were taken into use again.
  package let volumeRecoveries = AtomicNumber(0)
  /// Copies that were made anew, and their bytes.
  package let copiesMade = AtomicNumber(0)
  package let bytesCopied = AtomicNumber(0)
  /// Copies that could not be read, or do not hold what they should.
  package let copiesDamaged = AtomicNumber(0)
  /// Copies that were moved to make volumes more even.
  package let copiesMoved = AtomicNumber(0)

  package init() {}
}
