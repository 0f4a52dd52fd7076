// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
internal import Synchronization
public import WideColumn

/// A file system in memory that can be crashed.
///
/// It remembers for each file what has been synced and for each directory which entries have been.
/// ``crash(keepingUnsynced:sectorBytes:using:observer:)`` gives the disk that a power cut would leave: all that was
/// synced, and of the rest each sector, each file size and each directory entry by chance, so that writes are torn and
/// reordered. The original goes on, so that one run gives any number of crashes. After Pebble's crashable file
/// system (vfs/mem_fs.go) in idea. ``FailingFileSystem`` makes its calls fail.
public final class InMemoryFileSystem: FileSystem {
  private let disk: Mutex<InMemoryDisk>
  private let calls = Mutex(0)
  private let observer: (@Sendable (FileSystemCall) -> Void)?

  /// Creates an empty file system.
  ///
  /// - Parameter observer: Called before each call is carried out.
  public init(observer: (@Sendable (FileSystemCall) -> Void)? = nil) {
    disk = Mutex(InMemoryDisk())
    self.observer = observer
  }

  private init(_ disk: InMemoryDisk, observer: (@Sendable (FileSystemCall) -> Void)?) {
    self.disk = Mutex(disk)
    self.observer = observer
  }

  /// How many calls have been made.
  public var callCount: Int { calls.withLock { $0 } }

  /// The disk after a power cut now, as a file system of its own.
  ///
  /// - Parameters:
  ///   - probability: How likely each unsynced sector and directory entry is to be kept whole; of a sector that is not, an
  ///     earlier state may be kept.
  ///   - sectorBytes: What the disk writes at once, in bytes; 512, or 4096.
  ///   - random: Decides; equal seeds leave equal disks.
  ///   - observer: Observes the new file system.
  /// - Returns: The file system that the machine comes up with.
  public func crash(
    keepingUnsynced probability: Double, sectorBytes: Int = 512, using random: inout SplitMix64,
    observer: (@Sendable (FileSystemCall) -> Void)? = nil
  ) -> InMemoryFileSystem {
    let snapshot = disk.withLock { $0 }
    var generator = random.fork()
    let left = snapshot.afterCrash(
      sectorBytes: sectorBytes, chance: probability, &generator)
    return InMemoryFileSystem(left, observer: observer)
  }

  /// The disk after the death of the process: nothing that was written is lost.
  public func killProcess() -> InMemoryFileSystem {
    InMemoryFileSystem(disk.withLock { $0.afterProcessDeath() }, observer: nil)
  }

  /// The contents of a file, for tests that damage it; nil when it does not exist.
  public func contents(of path: String) -> [UInt8]? {
    disk.withLock { disk in
      guard let inode = disk.find(path) else { return nil }
      return disk.inodes[inode]?.current
    }
  }

  /// Replaces the contents of a file, as if they had always been so.
  public func setContents(of path: String, to bytes: [UInt8]) {
    disk.withLock { disk in
      guard let inode = disk.find(path) else { return }
      disk.inodes[inode] = InMemoryInode(bytes)
    }
  }

  /// Takes away a directory and what is in it, as when the disk under it is gone; whoever has a file of it open keeps that.
  public func loseDirectory(_ path: String) {
    disk.withLock { $0.directories[path] = nil }
  }

  /// Flips one bit of a file, as rot does; nothing of it is noticed before the file is read.
  ///
  /// - Parameters:
  ///   - bit: Which one, counted from the first byte's lowest.
  ///   - path: The file; it must exist.
  public func flipBit(_ bit: Int, of path: String) {
    guard var bytes = contents(of: path), bit / 8 < bytes.count else { return }
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    setContents(of: path, to: bytes)
  }

  /// Forgets that a file's unsynced bytes have to be written, as a kernel does that failed to write them: a later sync
  /// succeeds, and a power cut takes them all the same.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - alsoFromMemory: Whether readers lose them at once, as when the pages have been evicted.
  public func dropUnsynced(of path: String, alsoFromMemory: Bool) {
    disk.withLock { disk in
      guard let inode = disk.find(path) else { return }
      disk.inodes[inode]?.dropUnsynced(alsoFromMemory: alsoFromMemory)
    }
  }

  func call(
    _ kind: FileSystemCall.Kind, _ path: String, offset: UInt64? = nil, byteCount: Int? = nil,
    newPath: String? = nil
  ) {
    let number = calls.withLock { count in
      count += 1
      return count
    }
    observer?(
      FileSystemCall(
        kind, path, number: number, offset: offset, byteCount: byteCount, newPath: newPath))
  }

  func withDisk<R: Sendable>(_ body: (inout sending InMemoryDisk) -> sending R) -> R {
    disk.withLock(body)
  }

  /// Creates a directory if it does not exist.
  public func createDirectory(_ path: String) throws(StoreError) {
    call(.createDirectory, path)
    withDisk { disk in
      if disk.directories[path] == nil { disk.directories[path] = InMemoryDisk.Directory() }
    }
  }

  /// Opens a file.
  public func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    call(.open, path)
    let inode = withDisk { disk -> Int? in
      let found = disk.find(path)
      if mode != .createNew { return found }
      return found == nil ? disk.create(path) : nil
    }
    guard let inode else { throw missing("open", path) }
    return InMemoryFile(path: path, inode: inode, fileSystem: self)
  }

  /// Whether a file or directory exists.
  public func exists(_ path: String) throws(StoreError) -> Bool {
    call(.exists, path)
    return withDisk { $0.find(path) != nil || $0.directories[path] != nil }
  }

  /// Moves a file over another.
  public func rename(_ path: String, to newPath: String) throws(StoreError) {
    call(.rename, path, newPath: newPath)
    let isDone = withDisk { disk -> Bool in
      guard let inode = disk.find(path) else { return false }
      disk.unlink(path)
      disk.link(inode, newPath)
      return true
    }
    if !isDone { throw missing("rename", path) }
  }

  /// Gives a file a second name.
  public func link(_ path: String, to newPath: String) throws(StoreError) {
    call(.link, path, newPath: newPath)
    let isDone = withDisk { disk -> Bool in
      guard let inode = disk.find(path), disk.find(newPath) == nil else { return false }
      disk.link(inode, newPath)
      return true
    }
    if !isDone { throw missing("link", path) }
  }

  /// Removes a file; those who have it open keep it.
  public func remove(_ path: String) throws(StoreError) {
    call(.remove, path)
    let isDone = withDisk { disk -> Bool in
      guard disk.find(path) != nil else { return false }
      disk.unlink(path)
      return true
    }
    if !isDone { throw missing("remove", path) }
  }

  /// The names in a directory, sorted.
  public func list(_ directory: String) throws(StoreError) -> [String] {
    call(.list, directory)
    let names = withDisk { $0.directories[directory].map { $0.current.keys.sorted() } }
    guard let names else { throw missing("list", directory) }
    return names
  }

  /// Makes the entries of a directory durable.
  public func syncDirectory(_ path: String) throws(StoreError) {
    call(.syncDirectory, path)
    withDisk { disk in
      if let current = disk.directories[path]?.current { disk.directories[path]?.synced = current }
    }
  }

  /// Takes a lock.
  public func lock(_ path: String) throws(StoreError) -> any FileLock {
    call(.lock, path)
    let isTaken = withDisk { disk -> Bool in
      if disk.find(path) == nil { _ = disk.create(path) }
      return disk.locks.insert(path).inserted
    }
    if !isTaken {
      throw StoreError(.locked, "the store is open for writing; close it there", file: path)
    }
    return InMemoryLock(path: path, fileSystem: self)
  }

  /// Nobody else is there who could write.
  public func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    call(.owner, path)
    return false
  }

  private func missing(_ what: String, _ path: String) -> StoreError {
    StoreError(.io, "cannot \(what): no such file, or it exists", file: path)
  }
}
