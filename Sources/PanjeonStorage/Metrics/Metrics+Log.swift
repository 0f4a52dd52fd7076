// SPDX-License-Identifier: Apache-2.0

extension Metrics {
  /// The write-ahead log.
  public struct Log: Hashable, Sendable {
    /// Writes, each of one or more records.
    public var writes: UInt64 = 0
    /// Syncs that commits asked for, each for one or more records.
    public var syncs: UInt64 = 0
    /// Records written, one for each commit.
    public var records: UInt64 = 0
    /// Bytes of these records.
    public var bytes: UInt64 = 0
    /// Segments that recovery would read, now.
    public var segments: UInt64 = 0
    /// Their bytes, now.
    public var retainedBytes: UInt64 = 0
    /// How many bytes are kept before memtables are flushed because of it: `logRetentionBytesMax`.
    public var retainedBytesMax: UInt64 = 0

    /// Creates figures of zero.
    public init() {}

    /// The mean size of a commit group; nil before the first sync.
    public var recordsPerSync: Double? { records.per(syncs) }

    func since(_ earlier: Log) -> Log {
      var difference = self
      difference.writes = writes.since(earlier.writes)
      difference.syncs = syncs.since(earlier.syncs)
      difference.records = records.since(earlier.records)
      difference.bytes = bytes.since(earlier.bytes)
      return difference
    }

    var figures: [MetricsFigure] {
      [
        .total("writes", writes), .total("syncs", syncs), .total("records", records),
        .total("bytes", bytes), .ratio("recordsPerSync", recordsPerSync),
        .present("segments", segments), .present("retainedBytes", retainedBytes),
        .present("retainedBytesMax", retainedBytesMax),
      ]
    }
  }
}
