// SPDX-License-Identifier: Apache-2.0

/// A directory that holds copies of a store's files, and where it stands.
///
/// Volumes in one rack, or in one zone, fail together; the store does not find out where they are, it believes what it is told.
/// The article <doc:Replication> tells what for.
public struct Volume: Hashable, Sendable {
  /// What becomes of a volume when its machine stops.
  public enum StorageClass: String, Hashable, Sendable, CaseIterable {
    /// It is gone, or what was written of late is: an instance's own disks.
    case ephemeral
    /// It stays: a disk in the network, which may stall for seconds.
    case durable
  }

  /// What it is called: 1 to 64 letters, digits, `-`, `_` and `.`; no two volumes of a store have one name.
  public var name: String

  /// The directory, for this store alone; the store keeps it as an absolute path.
  public var path: String

  /// The rack; volumes in different racks do not fail together.
  public var rack: String

  /// The zone, which holds racks.
  public var zone: String

  /// What becomes of it when its machine stops.
  public var storageClass: StorageClass

  /// How much the store may put there, in bytes, when it chooses where a file goes; `UInt64.max`: there is no bound.
  ///
  /// How much room its file system has is asked for too.
  public var capacityBytes: UInt64

  /// Describes a volume; nothing is looked at or created.
  ///
  /// - Parameters:
  ///   - name: What it is called.
  ///   - path: Its directory, which is created if it is missing (its parent must be there).
  ///   - rack: Its rack.
  ///   - zone: Its zone; by default "1".
  ///   - storageClass: What becomes of it when its machine stops.
  ///   - capacityBytes: How much the store may put there; by default without bound.
  public init(
    _ name: String, at path: String, rack: String, zone: String = "1", storageClass: StorageClass,
    capacityBytes: UInt64 = .max
  ) {
    self.name = name
    self.path = path
    self.rack = rack
    self.zone = zone
    self.storageClass = storageClass
    self.capacityBytes = capacityBytes
  }
}
