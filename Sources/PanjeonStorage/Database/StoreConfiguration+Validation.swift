// SPDX-License-Identifier: Apache-2.0

package import WideColumn

extension StoreConfiguration {
  /// Refuses sizes and times that make no sense.
  package func validate() throws(StoreError) {
    try validateSizes()
    try validateTimes()
  }

  private func validateTimes() throws(StoreError) {
    let century = Duration.seconds(100 * 365 * 86_400)
    let bounds: [(String, Duration?, ClosedRange<Duration>)] = [
      ("memoryDurabilityDelay", memoryDurabilityDelay, .zero ... .seconds(3600)),
      ("snapshotAgeMax", snapshotAgeMax, .milliseconds(1)...century),
      ("normalizationInterval", normalizationInterval, .milliseconds(1)...century),
      ("idleCompactionDelay", idleCompactionDelay, .milliseconds(1)...century),
      ("scrubInterval", scrubInterval, .zero...century),
    ]
    for (name, value, range) in bounds {
      guard let value, !range.contains(value) else { continue }
      throw StoreError(
        .invalidArgument,
        "\(name) is \(value); it must lie between \(range.lowerBound) and \(range.upperBound)")
    }
  }

  private func validateSizes() throws(StoreError) {
    let bounds: [(String, Int, ClosedRange<Int>)] = [
      ("memoryBudgetBytes", memoryBudgetBytes, (1 << 20)...(1 << 46)),
      ("rowCacheBytesMax", rowCacheBytesMax ?? 0, 0...memoryBudgetBytes / 2),
      ("memtableBytesMax", memtableBytesMax, (4 << 10)...(1 << 30)),
      ("unflushedMemtablesMax", unflushedMemtablesMax, 1...1024),
      ("logSegmentBytes", logSegmentBytes, (4 << 10)...(1 << 32)),
      ("logRetentionBytesMax", logRetentionBytesMax, (4 << 10)...(1 << 40)),
      ("spareLogSegmentsMax", spareLogSegmentsMax, 0...1024),
      ("pendingLogBytesMax", pendingLogBytesMax, (4 << 10)...(1 << 32)),
      ("recentRowsMax", recentRowsMax, 16...(1 << 24)),
      ("recheckAttemptsMax", recheckAttemptsMax, 1...100_000),
      ("snapshotsMax", snapshotsMax, 1...(1 << 24)), ("blockBytes", blockBytes, 64...(8 << 20)),
      ("bloomBitsPerRow", bloomBitsPerRow, 1...64),
      ("tableFileBytesMax", tableFileBytesMax, (4 << 10)...(1 << 40)),
      ("limits.rowKeyBytesMax", limits.rowKeyBytesMax, 1...(64 << 10)),
      ("limits.qualifierBytesMax", limits.qualifierBytesMax, 1...(64 << 10)),
      ("limits.valueBytesMax", limits.valueBytesMax, 1...(32 << 20)),
      ("limits.comparandBytesMax", limits.comparandBytesMax, 0...(32 << 20)),
      ("limits.mutationsPerBatchMax", limits.mutationsPerBatchMax, 1...200_000),
      ("limits.rowsPerBatchMax", limits.rowsPerBatchMax, 1...200_000),
      ("limits.batchBytesMax", limits.batchBytesMax, 1...(64 << 20)),
      ("scrubBytesPerSecond", scrubBytesPerSecond ?? 1, 1...(1 << 40)),
      ("readThreads", readThreads, 1...IOExecutor.threadsMax),
    ]
    for (name, value, range) in bounds where !range.contains(value) {
      throw StoreError(
        .invalidArgument,
        "\(name) is \(value); it must lie between \(range.lowerBound) and \(range.upperBound)")
    }
  }
}
