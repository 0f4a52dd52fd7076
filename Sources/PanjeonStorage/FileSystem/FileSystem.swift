// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// The file system beneath an engine: everything durable goes through it.
///
/// A parameter, so that tests can crash it, fail it and replay it, and so that replicas can be placed by it.
/// Every call may block, and none is made on Swift's cooperative pool, but ``File/readIfCached(into:at:)`` and small writes where
/// ``File/isWriteBuffered``. Paths are absolute or relative to the
/// process's directory and use `/`.
public protocol FileSystem: Sendable {
  /// Whether a store that is opened may read several of its files at once; by default it reads one after the other, always in
  /// the same order, so that what goes wrong at some call goes wrong there again.
  var isForManyThreads: Bool { get }

  /// Creates a directory if it does not exist (its parent must), readable by its owner only.
  func createDirectory(_ path: String) throws(StoreError)

  /// Opens a file.
  ///
  /// - Throws: `io` when the file does not exist (or, with `createNew`, exists) or cannot be opened.
  func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File

  /// Whether a file or directory exists.
  func exists(_ path: String) throws(StoreError) -> Bool

  /// Moves a file over another, atomically; durable after ``syncDirectory(_:)``.
  func rename(_ path: String, to newPath: String) throws(StoreError)

  /// Gives a file a second name, in the same directory or another; durable after ``syncDirectory(_:)``.
  ///
  /// - Throws: `io`, also when the names lie on two devices or the file system knows no links.
  func link(_ path: String, to newPath: String) throws(StoreError)

  /// Removes a file; durable after ``syncDirectory(_:)``.
  func remove(_ path: String) throws(StoreError)

  /// The names in a directory, sorted.
  func list(_ directory: String) throws(StoreError) -> [String]

  /// Makes creations, renames and removals in a directory durable.
  func syncDirectory(_ path: String) throws(StoreError)

  /// Promises that nothing that is done later through this file system is durable before the creations, renames and removals in a
  /// directory so far; they may not be durable yet when it returns.
  ///
  /// By default ``syncDirectory(_:)``.
  func syncDirectoryInOrder(_ path: String) throws(StoreError)

  /// Takes the exclusive lock named by a file, creating it if need be.
  ///
  /// - Throws: `locked` when another holder, in this process or another, has it.
  func lock(_ path: String) throws(StoreError) -> any FileLock

  /// Whether somebody else than the user of this process, or the superuser, may change a file or directory.
  func isWritableByOthers(_ path: String) throws(StoreError) -> Bool

  /// How many bytes more there is room for where a directory lies; nil: unknown, as by default.
  ///
  /// Others who write there make it less at any moment.
  func freeBytes(_ directory: String) throws(StoreError) -> UInt64?
}

extension FileSystem {
  /// One file after the other.
  public var isForManyThreads: Bool { false }

  /// Is unknown.
  public func freeBytes(_ directory: String) throws(StoreError) -> UInt64? { nil }

  /// Syncs the directory: what is durable now is so before all that is done later.
  public func syncDirectoryInOrder(_ path: String) throws(StoreError) {
    try syncDirectory(path)
  }
}

/// How a file is opened.
public enum FileMode: Hashable, Sendable {
  /// An existing file, to be read.
  case read

  /// An existing file, to be read and written.
  case readWrite

  /// A new file, to be read and written; an error when it exists.
  case createNew
}

/// An open file.
///
/// Reads and writes at distinct offsets may run at the same time.
public protocol File: AnyObject, Sendable {
  /// The path it was opened by.
  var path: String { get }

  /// Fills `buffer` from `offset`; returns fewer bytes only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError) -> Int

  /// Fills `buffer` from `offset` if that takes no waiting for a device; called on Swift's cooperative pool.
  ///
  /// Returns false when it might take some, and in the case of an error, which ``read(into:at:)`` then finds; the buffer may
  /// have been written to.
  func readIfCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool

  /// Writes all of `bytes` at `offset`, extending the file as needed.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError)

  /// Whether ``write(_:at:)`` only copies into the memory of the operating system: then small writes of the log are made on Swift's
  /// cooperative pool, by the committing task.
  var isWriteBuffered: Bool { get }

  /// Has the operating system begin to write a part of the file to its device, so that a later ``sync()`` has less to wait for.
  ///
  /// Promises nothing, and waits for nothing but room in the device's queue.
  func beginWriteback(of bytes: Range<UInt64>)

  /// Makes all that has been written to the file durable (`fdatasync`).
  func sync() throws(StoreError)

  /// Whether ``sync()`` waits for something that writers of the file need not wait for, such as a copy that follows.
  ///
  /// Then a sync is better begun than waited for, and many that are under way at the same time cost no more than one.
  var syncsApart: Bool { get }

  /// Begins to make durable all that has been written to the file by now, and tells when that has been done or has failed.
  ///
  /// By default it syncs, and tells at once.
  ///
  /// - Parameter completion: Called once, also when the file is closed meanwhile. Of one file, completions come one at a time and
  ///   in the order in which the syncs were begun, on a thread of the file system's or of whoever begins one, maybe before
  ///   this returns. It takes locks of its own, so none that is needed to write or sync may be held around it; it does not wait, and
  ///   calls nothing of the file system.
  func beginSync(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void)

  /// Promises that nothing that is done later through the same file system is durable before what has been written to the file by
  /// now, which may not be durable yet when this returns.
  ///
  /// By default ``sync()``. Throws what is known by then to have gone wrong; what goes wrong later, later calls tell.
  func syncInOrder() throws(StoreError)

  /// The copies of which the file consists, to be read one by one; empty if nobody knows of any.
  ///
  /// Each has a path of its own. They belong to the file: they are closed with it, by nobody else, and are not written.
  var copies: [any File] { get }

  /// Tells that one of the ``copies`` has been found not to hold what it should, so that they are looked at and repaired.
  func reportDamagedCopy()

  /// Cuts or extends (with zeros) the file.
  func truncate(to size: UInt64) throws(StoreError)

  /// The length of the file, in bytes.
  func size() throws(StoreError) -> UInt64

  /// Closes the file; further calls are errors. Closing twice is harmless.
  func close()
}

extension File {
  /// Is false: of files of which nothing is known it is to be feared that a write waits.
  public var isWriteBuffered: Bool { false }

  /// Does nothing.
  public func beginWriteback(of bytes: Range<UInt64>) {}

  /// Is false: a sync is waited for.
  public var syncsApart: Bool { false }

  /// Syncs, and tells at once.
  public func beginSync(_ completion: @escaping @Sendable (Result<Void, StoreError>) -> Void) {
    completion(Result { () throws(StoreError) in try sync() })
  }

  /// Syncs: what is durable now is so before all that is done later.
  public func syncInOrder() throws(StoreError) {
    try sync()
  }

  /// Is empty: the file is the only one.
  public var copies: [any File] { [] }

  /// Does nothing.
  public func reportDamagedCopy() {}

  /// Returns false: for files of which nothing is known.
  public func readIfCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Bool {
    false
  }
}

/// A held lock, released by ``unlock()`` or with its last reference.
public protocol FileLock: AnyObject, Sendable {
  /// Releases the lock; harmless when it has been released.
  func unlock()
}
