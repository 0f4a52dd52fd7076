// SPDX-License-Identifier: Apache-2.0

/// The sizes a store accepts.
///
/// Everything is checked before anything is written.
public struct StoreLimits: Hashable, Sendable {
  /// The length of a row key, in bytes; by default 4,096 (Bigtable's).
  public var rowKeyBytesMax = 4096

  /// The length of a qualifier, in bytes; by default 16,384 (Bigtable's).
  public var qualifierBytesMax = 16384

  /// The length of a value, in bytes; by default 10 MiB (HBase's).
  public var valueBytesMax = 10 << 20

  /// The length of a value that a condition compares, in bytes; by default 1,024.
  public var comparandBytesMax = 1024

  /// The number of mutations in one batch; by default 100,000 (Bigtable's).
  public var mutationsPerBatchMax = 100_000

  /// The number of rows in one batch; by default 10,000.
  public var rowsPerBatchMax = 10_000

  /// The total of keys, qualifiers and values in one batch, in bytes; by default 32 MiB.
  public var batchBytesMax = 32 << 20

  /// Creates the default limits.
  public init() {}
}
