// SPDX-License-Identifier: Apache-2.0

/// A call of a file system, as a test's observer sees it before it is carried out.
public struct FileSystemCall: Hashable, Sendable {
  /// What is asked for.
  public enum Kind: String, Hashable, Sendable {
    /// Creates a directory.
    case createDirectory
    /// Opens or creates a file.
    case open
    /// Asks whether a file exists.
    case exists
    /// Renames a file.
    case rename
    /// Removes a file.
    case remove
    /// Lists a directory.
    case list
    /// Syncs a directory.
    case syncDirectory
    /// Takes a lock.
    case lock
    /// Reads from a file.
    case read
    /// Writes to a file.
    case write
    /// Syncs a file.
    case sync
    /// Changes a file's length.
    case truncate
    /// Asks for a file's length.
    case size
  }

  /// What is asked for.
  public var kind: Kind

  /// The file or directory.
  public var path: String

  /// The number of the call, from one.
  public var number: Int

  /// Whether the call changes what is on the disk.
  public var changesDisk: Bool {
    switch kind {
    case .createDirectory, .open, .rename, .remove, .syncDirectory, .write, .sync, .truncate: true
    case .exists, .list, .lock, .read, .size: false
    }
  }
}
