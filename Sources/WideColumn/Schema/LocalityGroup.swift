// SPDX-License-Identifier: Apache-2.0

/// Families that are stored together: they share memtable and SSTables.
///
/// Bigtable's idea. With one group (the default) a row's lock cells lie right before its data, and a read of
/// a small row is one seek.
public struct LocalityGroup: Hashable, Sendable {
  /// How blocks of an SSTable are compressed.
  public enum Compression: UInt8, Hashable, Sendable, CaseIterable {
    /// Stored as they are.
    case none = 0

    /// Snappy; needs the package trait `Snappy`.
    case snappy = 1

    /// LZ4; needs the package trait `LZ4`.
    case lz4 = 2
  }

  /// What an SSTable's Bloom filter is asked for.
  public enum BloomFilter: UInt8, Hashable, Sendable, CaseIterable {
    /// There is none.
    case none = 0

    /// Rows.
    case row = 1

    /// Rows, and columns of rows: larger by an entry for each column, it spares reads of single columns those SSTables that
    /// hold other columns of the row. For wide rows whose columns come at different times.
    case rowAndColumn = 2
  }

  /// The group of families that name no other.
  public static let `default` = LocalityGroup("default")

  /// The group's name: 1 to 255 printable ASCII bytes, no colon.
  public var name: String

  /// How blocks are compressed; nil means LZ4 where the build has it, else none.
  public var compression: Compression?

  /// What the Bloom filters of its SSTables are asked for; by default rows.
  ///
  /// Another one shows as files are rewritten.
  public var bloomFilter: BloomFilter

  /// Creates a locality group.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - compression: How blocks are compressed; nil means LZ4 where the build has it, else none.
  ///   - bloomFilter: What the Bloom filters of its SSTables are asked for.
  public init(_ name: String, compression: Compression? = nil, bloomFilter: BloomFilter = .row) {
    self.bloomFilter = bloomFilter
    self.name = name
    self.compression = compression
  }
}
