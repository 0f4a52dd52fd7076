// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
internal import Synchronization
public import WideColumn

/// Large values as files of a directory, one for each, named by their keys.
///
/// A value is written to a temporary name, synced, renamed, and the directory that then names it is synced: what was put is
/// on disk when ``put(_:as:)`` returns, and a crash at any moment leaves it whole or not there at all. Temporary files that a
/// crash left behind the next ``open(at:fileSystem:bytesMax:threads:)`` removes. The page <doc:Blobs> has the layout, and what
/// each crash leaves.
///
/// Files and directories can be read by their owner only. One store at a time has a directory open; its calls may come from any
/// number of tasks at once. Reads and writes are made on a few threads of its own, which ``close()`` ends.
public final class DirectoryBlobStore: BlobStore {
  /// How many threads a store may have.
  public static let threadsMax = 64

  /// How many bytes a value that is put from memory, or a part that is read, may have at the most.
  public let bytesMax: Int

  /// The directory.
  public let path: String

  private let directory: BlobDirectory
  private let executor: IOExecutor
  private let isClosed = Atomic(false)

  private init(_ directory: BlobDirectory, bytesMax: Int, threads: Int) {
    self.directory = directory
    self.bytesMax = bytesMax
    path = directory.path
    executor = IOExecutor(name: "panjeon-blobs", threads: threads)
  }

  /// Opens a directory of values, creating it if it is missing, and removes what interrupted puts left behind.
  ///
  /// - Parameters:
  ///   - path: The directory; its parent must exist. One that holds other files is refused.
  ///   - fileSystem: Where it is; by default the operating system's.
  ///   - bytesMax: How many bytes are held in memory for one call at the most; 64 MiB by default, the size of a very large photo.
  ///   - threads: How many calls read and write at once, 1 to 64; others wait. Four by default: enough to keep a disk busy.
  /// - Returns: The store; close it when done.
  /// - Throws: `locked` when another store has the directory open; `misconfigured` when it holds something else, or others may change it;
  ///   `invalidArgument`, `io`, `noSpace`.
  public static func open(
    at path: String, fileSystem: any FileSystem = PosixFileSystem(),
    bytesMax: Int = 64 << 20, threads: Int = 4
  ) async throws(BlobError) -> DirectoryBlobStore {
    guard (1...threadsMax).contains(threads), bytesMax >= 1, !path.isEmpty else {
      throw BlobError(
        .invalidArgument,
        "a directory of values has a path, 1 to 64 threads, and bytesMax of at least 1")
    }
    let opened: Result<BlobDirectory, BlobError>
    do throws(StoreError) {
      opened = try await EmbeddedStore.blocking {
        Result { () throws(BlobError) in try BlobDirectory.open(path, in: fileSystem) }
      }
    } catch {
      throw BlobError(error)
    }
    return DirectoryBlobStore(try opened.get(), bytesMax: bytesMax, threads: threads)
  }

  /// Puts a value; it is on disk, name and all, when this returns.
  ///
  /// Writes the file, syncs it, renames it, and syncs its directory: two waits for the disk. Of a file its size and, where the trait
  /// `Sodium` is on, its checksum are verified before it gets its name. After an error there is nothing under the key, or what was
  /// there before, or the whole value, but then a crash may still take it away: put it again, under the same key or another.
  ///
  /// - Parameters:
  ///   - source: The bytes.
  ///   - blob: The key, and what the bytes are.
  /// - Throws: `tooLarge`, `invalidArgument`, `checksumMismatch`, `noSpace`, `io`, `closed`, `cancelled`.
  public func put(_ source: BlobSource, as blob: Blob) async throws(BlobError) {
    try blob.validate()
    if case .bytes(let bytes) = source {
      try BlobLimits.check(UInt64(bytes.count), bytesMax, blob.key)
    }
    try await run { [directory] () throws(BlobError) in try directory.put(source, as: blob) }
  }

  /// All of a value, as the file system gives it, unchecked.
  ///
  /// Throws `notFound`, `tooLarge`, `io`, `closed`, `cancelled`.
  public func get(_ key: BlobKey) async throws(BlobError) -> Bytes {
    try await run { [directory, bytesMax] () throws(BlobError) in
      try directory.get(key, nil, bytesMax: bytesMax)
    }
  }

  /// A part of a value, unchecked.
  ///
  /// - Parameters:
  ///   - key: The value.
  ///   - range: Which bytes, counted from zero.
  /// - Returns: Exactly as many bytes as asked for.
  /// - Throws: `notFound`, `invalidArgument`, `tooLarge`, `io`, `closed`, `cancelled`.
  public func get(_ key: BlobKey, _ range: Range<UInt64>) async throws(BlobError) -> Bytes {
    try await run { [directory, bytesMax] () throws(BlobError) in
      try directory.get(key, range, bytesMax: bytesMax)
    }
  }

  /// How many bytes a value has; nil when there is none under the key.
  ///
  /// Throws `io`, `closed`, `cancelled`.
  public func size(of key: BlobKey) async throws(BlobError) -> UInt64? {
    try await run { [directory] () throws(BlobError) in try directory.size(of: key) }
  }

  /// Removes a value, if it is there; when this returns, no crash brings it back.
  ///
  /// Throws `io`, `closed`, `cancelled`; then it may be there still.
  public func delete(_ key: BlobKey) async throws(BlobError) {
    try await run { [directory] () throws(BlobError) in try directory.delete(key) }
  }

  /// The keys of all values, a page at a time, ascending.
  ///
  /// - Parameters:
  ///   - key: The key before the page; nil for the first page.
  ///   - countMax: How many keys at the most; 1 to 1000.
  /// - Returns: The page; full, unless it is the last one.
  /// - Throws: `invalidArgument`, `io`, `closed`, `cancelled`.
  /// - Complexity: Each page lists the directories that its keys lie in, of 256: with a million values, four thousand names each.
  public func keys(after key: BlobKey?, countMax: Int) async throws(BlobError) -> BlobPage {
    try BlobPage.validate(countMax)
    return try await run { [directory] () throws(BlobError) in
      try directory.keys(after: key, countMax: countMax)
    }
  }

  /// Closes the store: what has begun is finished, and the directory can be opened again.
  ///
  /// Calls that come later throw `closed`; closing twice is harmless. A store that is not closed keeps its threads, waiting for work,
  /// until the process ends.
  public func close() async {
    let wasClosed = isClosed.exchange(true, ordering: .acquiringAndReleasing)
    if wasClosed { return }
    do throws(StoreError) {
      try await EmbeddedStore.blocking { [executor, directory] () throws(StoreError) in
        executor.shutDown()
        directory.unlock()
      }
    } catch {
      preconditionFailure("nothing that is thrown: \(error)")
    }
  }

  private func run<T: Sendable>(
    _ body: @escaping @Sendable () throws(BlobError) -> T
  ) async throws(BlobError) -> T {
    if Task.isCancelled { throw .cancelled }
    let result: Result<T, BlobError>
    do throws(StoreError) {
      result = try await executor.run { Result { () throws(BlobError) in try body() } }
    } catch {
      throw BlobError(.closed, "the store has been closed", cause: error)
    }
    return try result.get()
  }
}
