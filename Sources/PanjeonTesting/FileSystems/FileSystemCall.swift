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
    /// Gives a file a second name.
    case link
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
    /// Asks who may change a file or directory.
    case owner
    /// Asks how much room there is.
    case room
  }

  /// What is asked for.
  public var kind: Kind

  /// The file or directory.
  public var path: String

  /// The number of the call, from one.
  public var number: Int

  /// Where a read or write begins, in bytes from the file's beginning; the new length of a truncation.
  public var offset: UInt64?

  /// How many bytes are to be read or written.
  public var byteCount: Int?

  /// The new name, of a rename or a link.
  public var newPath: String?

  init(
    _ kind: Kind, _ path: String, number: Int, offset: UInt64? = nil, byteCount: Int? = nil,
    newPath: String? = nil
  ) {
    self.kind = kind
    self.path = path
    self.number = number
    self.offset = offset
    self.byteCount = byteCount
    self.newPath = newPath
  }

  /// Whether the call changes what is on the disk.
  public var changesDisk: Bool {
    switch kind {
    case .createDirectory, .open, .rename, .link, .remove, .syncDirectory, .write, .sync, .truncate:
      true
    case .exists, .list, .lock, .read, .size, .owner, .room: false
    }
  }
}
