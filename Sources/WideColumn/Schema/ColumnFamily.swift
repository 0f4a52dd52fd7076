// SPDX-License-Identifier: Apache-2.0

/// A column family of a table.
public struct ColumnFamily: Hashable, Sendable {
  /// The name of the family that holds the row locks of transactions; it sorts before all others.
  public static let lockFamilyName = "!lock!"

  /// The family that makes a table transactional.
  public static let lock = ColumnFamily(lockFamilyName)

  /// The family's name: 1 to 255 printable ASCII bytes without a colon.
  public var name: String

  /// How many versions of a column are kept; by default 1.
  public var versionsMax: Int

  /// How many versions of a column are kept even though their time to live has passed; by default 0.
  ///
  /// At most ``versionsMax``. What a put's own time to live has ended is never among them.
  public var versionsMin: Int

  /// How long after its timestamp a version is kept, one microsecond or more; nil, the default: for ever.
  ///
  /// Reads judge by the store's clock and timestamps of microseconds, snapshots by the time at which they were taken, whether or
  /// not compaction has passed by.
  public var timeToLive: Duration?

  /// The locality group that stores the family; by default `default`.
  public var localityGroup: String

  /// Creates a family.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - versionsMax: How many versions of a column are kept.
  ///   - versionsMin: How many of them are kept beyond their time to live.
  ///   - timeToLive: How long a version is kept; nil: for ever.
  ///   - localityGroup: The locality group that stores it.
  public init(
    _ name: String, versionsMax: Int = 1, versionsMin: Int = 0, timeToLive: Duration? = nil,
    localityGroup: String = LocalityGroup.default.name
  ) {
    self.name = name
    self.versionsMax = versionsMax
    self.versionsMin = versionsMin
    self.timeToLive = timeToLive
    self.localityGroup = localityGroup
  }
}
