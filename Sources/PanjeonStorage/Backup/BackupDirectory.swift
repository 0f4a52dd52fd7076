// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A directory of backups, each a whole store at one moment; on another disk, or on another file system altogether.
///
/// The first backup of a store copies all its SSTables, a later one those that the directory does not hold yet. Backups of
/// several stores may lie in one directory: files are told apart by store, life, number and a hash. Nothing in it is ever
/// changed once it is named, so that the directory may be copied elsewhere by any means, whole, while nobody writes to it.
/// After RocksDB's BackupEngine.
///
/// ```swift
/// let backups = BackupDirectory("/mnt/backups")
/// let made = try await store.backUp(to: backups, label: "before the migration")
/// try await backups.restore(made.backup.number, to: "/data/restored")
/// ```
///
/// Any number of tasks and processes may list, verify and restore; backups and deletions take turns (`locked`). Do not
/// delete a backup while it is being restored.
public struct BackupDirectory: Sendable {
  /// The directory's path.
  public let path: String

  /// Where it is.
  public let fileSystem: any FileSystem

  /// Names a directory; nothing is created before the first backup.
  ///
  /// - Parameters:
  ///   - path: The directory. Its parent must exist.
  ///   - fileSystem: Where it is; by default the operating system's.
  public init(_ path: String, fileSystem: any FileSystem = PosixFileSystem()) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// The backups in the directory, oldest first; none when it does not exist.
  ///
  /// One whose description cannot be read is listed with its ``BackupInfo/damage``; until it is deleted, no file that it
  /// may name is removed, and no backup is added. Throws `io`.
  public func listBackups() async throws(StoreError) -> [BackupInfo] {
    try await EmbeddedStore.blocking { [self] () throws(StoreError) in
      guard try fileSystem.exists(path) else { return [] }
      let listing = try BackupListing(path, fileSystem)
      let known =
        listing.descriptions.map { BackupInfo($0) }
        + listing.damaged.map { BackupInfo(damaged: $0.number, $0.error) }
      return known.sorted { $0.number < $1.number }
    }
  }

  /// Removes a backup, and the files that no other one names; durable when it returns.
  ///
  /// A crash on the way leaves the backup whole, or gone; files that are left behind the next backup or deletion removes. The
  /// number of a deleted backup is given again if it was the greatest.
  ///
  /// Throws `invalidArgument` when there is no such backup; `locked` while another backup or deletion is under way; `io`.
  public func deleteBackup(_ number: UInt64) async throws(StoreError) {
    try await EmbeddedStore.blocking { [self] () throws(StoreError) in
      try BackupDeletion(path, fileSystem).run(number)
    }
  }

  /// Reads a backup through, every block of every file, and holds it against its checksums; writes nothing.
  ///
  /// - Parameter number: The backup's number.
  /// - Returns: What was found.
  /// - Throws: `invalidArgument` when there is no such backup; `io` when the directory cannot be read.
  public func verifyBackup(_ number: UInt64) async throws(StoreError) -> VerificationReport {
    try await EmbeddedStore.blocking { [self] () throws(StoreError) in
      try BackupVerifier(path, fileSystem).run(number)
    }
  }

  /// Makes a store of a backup; durable when it returns.
  ///
  /// Every file is checked against its checksum as it is copied. The store begins a life of its own
  /// (``EmbeddedStore/incarnation``): what clients of the old one had under way is not gone on with in it.
  ///
  /// - Parameters:
  ///   - number: The backup's number.
  ///   - directory: Where the store is to be, empty or missing (its parent must exist).
  ///   - configuration: The file system that the store goes to and the logger; nothing else of it is used.
  /// - Returns: The life that the store begins.
  /// - Throws: `invalidArgument` when there is no such backup or the directory holds anything; `writableByOthers` when others
  ///   could change either directory; `corruption` with the file that is damaged; `unsupportedFormat` when a newer version
  ///   made the backup; `io`, `noSpace`. What then stands in the directory is no store.
  @discardableResult
  public func restore(
    _ number: UInt64, to directory: String,
    configuration: StoreConfiguration = StoreConfiguration()
  ) async throws(StoreError) -> StoreIncarnation {
    try await EmbeddedStore.blocking { [self] () throws(StoreError) in
      try BackupRestorer(path, fileSystem, to: directory, configuration).run(number)
    }
  }
}
