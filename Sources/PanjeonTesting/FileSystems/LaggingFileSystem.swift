// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
public import WideColumn

/// A file system on two others, of which one follows: files of the log are written to the first at once, and to the second by a thread,
/// in the order of the calls.
///
/// So a sync of such a file, which is one of the second file system, is apart from those who write it. The test decides when the thread
/// goes on. Everything else is written to both at the same time. At each moment the second file system is what one disk would be that
/// had been cut off a little earlier, or never: crash it, and open the store from it alone.
///
/// ```swift
/// let disk = InMemoryFileSystem()
/// let lagging = LaggingFileSystem(InMemoryFileSystem(), followedBy: disk)
/// lagging.hold()
/// // No sync of the log ends,
/// lagging.release(syncs: 1)
/// // but one now.
/// ```
public final class LaggingFileSystem: FileSystem {
  let leading: any FileSystem
  let following: any FileSystem
  let queue = FollowingQueue()
  private let lags: @Sendable (String) -> Bool

  /// Creates a file system.
  ///
  /// - Parameters:
  ///   - leading: What is written at once, and read.
  ///   - following: What is written later. A call of it that fails makes the syncs of that file fail from then on; a sync or a call
  ///     on a name fails by itself, and after one that was only to keep order all syncs do, until ``heal()``.
  ///   - lags: Of which paths; by default those of the log.
  public init(
    _ leading: any FileSystem, followedBy following: any FileSystem,
    lags: @escaping @Sendable (String) -> Bool = { $0.hasSuffix(".log") }
  ) {
    self.leading = leading
    self.following = following
    self.lags = lags
  }

  deinit {
    queue.stop()
  }

  /// Carries nothing more out on the following file system, until ``release()``; waits for what is being carried out.
  public func hold() {
    queue.allow(syncs: 0)
    queue.waitForRest()
  }

  /// Goes on until so many more syncs of files have ended, those included that only keep order.
  public func release(syncs: Int) {
    queue.allow(syncs: syncs)
  }

  /// Goes on.
  public func release() {
    queue.allow(syncs: nil)
  }

  /// Carries syncs out and tells nobody, until ``tellEnds()``.
  public func keepEnds() {
    queue.keepEnds()
  }

  /// Tells of the syncs that have ended meanwhile, in order.
  public func tellEnds() {
    queue.tellEnds()
  }

  /// How many syncs of files have been asked for that have not ended, those included that only keep order.
  public var syncsWaiting: Int { queue.syncsWaiting }

  /// How many bytes the following file system lacks.
  public var bytesBehind: Int { queue.bytesBehind }

  /// Forgets that order could not be kept.
  public func heal() {
    queue.heal()
  }

  /// Carries a call out on both.
  private func onBoth(_ body: (any FileSystem) throws(StoreError) -> Void) throws(StoreError) {
    try body(leading)
    try body(following)
  }

  // MARK: FileSystem

  /// Creates it on both.
  public func createDirectory(_ path: String) throws(StoreError) {
    try onBoth { (base) throws(StoreError) in try base.createDirectory(path) }
  }

  /// Opens a file on both, that of a log on the second later.
  public func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    let file = try leading.open(path, mode)
    if lags(path) { return LaggingFile(file, self, mode) }
    return mode == .read ? file : PairedFile(file, try following.open(path, mode))
  }

  /// Asks the first.
  public func exists(_ path: String) throws(StoreError) -> Bool { try leading.exists(path) }

  /// Renames on both.
  public func rename(_ path: String, to newPath: String) throws(StoreError) {
    try change(path) { (base) throws(StoreError) in try base.rename(path, to: newPath) }
  }

  /// Links on both.
  public func link(_ path: String, to newPath: String) throws(StoreError) {
    try change(path) { (base) throws(StoreError) in try base.link(path, to: newPath) }
  }

  /// Removes on both.
  public func remove(_ path: String) throws(StoreError) {
    try change(path) { (base) throws(StoreError) in try base.remove(path) }
  }

  private func change(
    _ path: String, _ body: @escaping @Sendable (any FileSystem) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard lags(path) else { return try onBoth(body) }
    try body(leading)
    queue.add(.name { [following] () throws(StoreError) in try body(following) })
  }

  /// Lists the first's.
  public func list(_ directory: String) throws(StoreError) -> [String] {
    try leading.list(directory)
  }

  /// Syncs both, once the second has the names of the log's files that the first has.
  public func syncDirectory(_ path: String) throws(StoreError) {
    queue.waitForNames()
    try onBoth { (base) throws(StoreError) in try base.syncDirectory(path) }
  }

  /// Has the second sync it before whatever comes behind.
  public func syncDirectoryInOrder(_ path: String) throws(StoreError) {
    queue.add(.name { [following] () throws(StoreError) in try following.syncDirectory(path) })
  }

  /// Takes the first's.
  public func lock(_ path: String) throws(StoreError) -> any FileLock { try leading.lock(path) }

  /// Asks the first.
  public func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    try leading.isWritableByOthers(path)
  }

  /// Asks the first.
  public func freeBytes(_ directory: String) throws(StoreError) -> UInt64? {
    try leading.freeBytes(directory)
  }
}
