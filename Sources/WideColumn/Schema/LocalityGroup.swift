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

  /// The group of families that name no other.
  public static let `default` = LocalityGroup("default")

  /// The group's name.
  public var name: String

  /// How blocks are compressed; nil means LZ4 where the build has it, else none.
  public var compression: Compression?

  /// Creates a locality group.
  public init(_ name: String, compression: Compression? = nil) {
    self.name = name
    self.compression = compression
  }
}
