// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// The files of a ``DirectoryBlobStore``; every call blocks.
///
/// Invariants: a name below `00` to `ff` is that of a whole, synced file; all else that is written has a name below `temporary`.
final class BlobDirectory: Sendable {
  let path: String
  let fileSystem: any FileSystem
  private let lock: any FileLock
  /// Tells apart the temporary files of one key.
  private let temporaryNumber = Atomic<UInt64>(0)

  init(path: String, fileSystem: any FileSystem, lock: any FileLock) {
    self.path = path
    self.fileSystem = fileSystem
    self.lock = lock
  }

  func unlock() { lock.unlock() }

  // MARK: Writing

  func put(_ source: BlobSource, as blob: Blob) throws(BlobError) {
    let number = temporaryNumber.wrappingAdd(1, ordering: .relaxed).newValue
    let temporary = "\(BlobDirectoryNames.temporary(in: path))/\(blob.key.text).\(number)"
    do throws(BlobError) {
      try write(source, as: blob, to: temporary)
      try converting(blob.key) { () throws(StoreError) in
        try fileSystem.rename(temporary, to: file(of: blob.key))
      }
    } catch {
      discard(temporary)
      throw error
    }
    try converting(blob.key) { () throws(StoreError) in
      try fileSystem.syncDirectory(fan(of: blob.key))
    }
  }

  /// Writes a file and syncs it, once: what a failed sync has left undone no second one makes good.
  private func write(
    _ source: BlobSource, as blob: Blob, to temporary: String
  ) throws(BlobError) {
    let file = try converting(blob.key) { () throws(StoreError) in
      try fileSystem.open(temporary, .createNew)
    }
    defer { file.close() }
    switch source {
    case .bytes(let bytes):
      try BlobLimits.check(UInt64(bytes.count), of: blob)
      try converting(blob.key) { () throws(StoreError) in try Self.write(bytes, to: file) }
    case .file(let path, let fileSystem):
      try copy(path, in: fileSystem, as: blob, to: file)
    }
    try converting(blob.key) { () throws(StoreError) in try file.sync() }
  }

  private static func write(_ bytes: Bytes, to file: any File) throws(StoreError) {
    try unsafe bytes.withUnsafeBytes { (bytes) throws(StoreError) in
      for start in stride(from: 0, to: bytes.count, by: BlobSource.chunkBytes) {
        let end = min(bytes.count, start + BlobSource.chunkBytes)
        let chunk = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        try unsafe file.write(chunk, at: UInt64(start))
      }
    }
  }

  /// Copies a file, and verifies on the way that it is what was said; one that is longer is not read to its end.
  private func copy(
    _ path: String, in source: any FileSystem, as blob: Blob, to file: any File
  ) throws(BlobError) {
    #if Sodium
      var hasher = SHA256Hasher()
    #endif
    let size = try converting(blob.key) { () throws(StoreError) in
      try unsafe BlobSource.readFile(path, in: source, upTo: blob.size) {
        (bytes, offset) throws(StoreError) in
        #if Sodium
          unsafe hasher.update(bytes)
        #endif
        try unsafe file.write(bytes, at: offset)
      }
    }
    try BlobLimits.check(size, of: blob)
    #if Sodium
      try blob.verify(hasher.finish())
    #endif
  }

  /// Removes a temporary file; if that fails, the next opening does it.
  private func discard(_ temporary: String) {
    do {
      try fileSystem.remove(temporary)
    } catch {
      // The error that led here is the one to be told of.
    }
  }

  func delete(_ key: BlobKey) throws(BlobError) {
    try converting(key) { () throws(StoreError) in
      try whileThere(key) { () throws(StoreError) in try fileSystem.remove(file(of: key)) }
      // Gone already, perhaps, but not on disk: the sync is needed all the same.
      try fileSystem.syncDirectory(fan(of: key))
    }
  }

  // MARK: Reading

  /// A part of a value, or all of it.
  func get(_ key: BlobKey, _ range: Range<UInt64>?, bytesMax: Int) throws(BlobError) -> Bytes {
    guard let file = try open(key) else { throw .missing(key) }
    defer { file.close() }
    let size = try converting(key) { () throws(StoreError) in try file.size() }
    let range = range ?? 0..<size
    try BlobLimits.check(UInt64(range.count), bytesMax, key)
    try BlobLimits.check(range, within: size, key)
    if range.isEmpty { return Bytes() }
    let bytes = try converting(key) { () throws(StoreError) in
      try file.readUpTo(range.count, at: range.lowerBound)
    }
    guard bytes.count == range.count else {
      throw BlobError(
        .io,
        "the file ended after \(bytes.count) of the \(range.count) bytes at \(range.lowerBound)",
        key: key)
    }
    return Bytes(bytes)
  }

  func size(of key: BlobKey) throws(BlobError) -> UInt64? {
    guard let file = try open(key) else { return nil }
    defer { file.close() }
    return try converting(key) { () throws(StoreError) in try file.size() }
  }

  func keys(after key: BlobKey?, countMax: Int) throws(BlobError) -> BlobPage {
    var keys: [BlobKey] = []
    for fan in BlobDirectoryNames.fans where keys.count <= countMax {
      if let key, fan < key.text.prefix(fan.utf8.count) { continue }
      let names = try converting(nil) { () throws(StoreError) in
        try fileSystem.list("\(path)/\(fan)")
      }
      let found = names.compactMap { name -> BlobKey? in
        guard name.hasPrefix(fan), let found = BlobKey(name) else { return nil }
        if let key, found <= key { return nil }
        return found
      }
      keys += found.sorted().prefix(countMax + 1 - keys.count)
    }
    guard keys.count > countMax else { return BlobPage(keys: keys, next: nil) }
    keys.removeLast()
    return BlobPage(keys: keys, next: keys.last)
  }

  /// Nil when there is no such file.
  private func open(_ key: BlobKey) throws(BlobError) -> (any File)? {
    try converting(key) { () throws(StoreError) in
      try whileThere(key) { () throws(StoreError) in try fileSystem.open(file(of: key), .read) }
    }
  }

  /// Does something with the file of a value; nil when there is none.
  ///
  /// One that was not there may have been put by the time that is looked for: then it is tried again.
  private func whileThere<T>(
    _ key: BlobKey, _ body: () throws(StoreError) -> T
  ) throws(StoreError) -> T? {
    var attempts = 1
    while true {
      do throws(StoreError) {
        return try body()
      } catch {
        guard try fileSystem.exists(file(of: key)) else { return nil }
        if attempts == Self.attemptsMax { throw error }
        attempts += 1
      }
    }
  }

  /// How often a file is tried that is there.
  private static let attemptsMax = 4

  // MARK: Names

  private func fan(of key: BlobKey) -> String {
    "\(path)/\(key.text.prefix(BlobDirectoryNames.fanDigits))"
  }

  private func file(of key: BlobKey) -> String { "\(fan(of: key))/\(key.text)" }

  private func converting<T>(
    _ key: BlobKey?, _ body: () throws(StoreError) -> T
  ) throws(BlobError) -> T {
    do throws(StoreError) {
      return try body()
    } catch {
      throw BlobError(error, key: key)
    }
  }
}
