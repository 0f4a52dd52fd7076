// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// A new file that a large value is copied to, a part at a time; no call blocks a cooperative thread.
struct BlobFile {
  /// How much is copied at once, in bytes.
  static let stepBytes = 8 << 20

  private let path: String
  private let fileSystem: any FileSystem
  private let file: any File

  static func create(
    _ path: String, in fileSystem: any FileSystem
  ) async throws(BlobError) -> BlobFile {
    try await blocking { () throws(StoreError) in
      BlobFile(path: path, fileSystem: fileSystem, file: try fileSystem.open(path, .createNew))
    }
  }

  private init(path: String, fileSystem: any FileSystem, file: any File) {
    self.path = path
    self.fileSystem = fileSystem
    self.file = file
  }

  func write(_ bytes: Bytes, at offset: UInt64) async throws(BlobError) {
    try await Self.blocking { () throws(StoreError) in
      try unsafe bytes.withUnsafeBytes { (bytes) throws(StoreError) in
        try unsafe file.write(bytes, at: offset)
      }
    }
  }

  /// Makes the file and its name durable.
  func finish() async throws(BlobError) {
    try await Self.blocking { () throws(StoreError) in
      try file.sync()
      file.close()
      try fileSystem.syncDirectory(BlobPaths.parent(of: path))
    }
  }

  /// Removes the file; one that cannot be removed stays.
  func discard() async {
    do {
      try await Self.blocking { () throws(StoreError) in
        file.close()
        try fileSystem.remove(path)
      }
    } catch {
      // The error that led here is the one to be told of.
    }
  }

  #if Sodium
    /// The length and the checksum of a file.
    static func checksum(
      _ path: String, in fileSystem: any FileSystem
    ) async throws(BlobError) -> (UInt64, BlobChecksum) {
      try await blocking { () throws(StoreError) in
        var hasher = SHA256Hasher()
        let size = try unsafe BlobSource.readFile(path, in: fileSystem) { (bytes, _) in
          unsafe hasher.update(bytes)
        }
        return (size, hasher.finish())
      }
    }
  #endif

  /// All of a file.
  ///
  /// Throws `tooLarge` when it has more bytes than may be held in memory.
  static func bytes(
    of path: String, in fileSystem: any FileSystem, max bytesMax: Int, key: BlobKey
  ) async throws(BlobError) -> Bytes {
    let bytes = try await blocking { () throws(StoreError) -> Bytes? in
      let file = try fileSystem.open(path, .read)
      defer { file.close() }
      let size = try file.size()
      guard size <= UInt64(bytesMax) else { return nil }
      return Bytes(try file.readUpTo(Int(size), at: 0))
    }
    guard let bytes else {
      throw BlobError(.tooLarge, "more than \(bytesMax) bytes are in the file", key: key)
    }
    return bytes
  }

  private static func blocking<T: Sendable>(
    _ body: @escaping @Sendable () throws(StoreError) -> T
  ) async throws(BlobError) -> T {
    do throws(StoreError) {
      return try await EmbeddedStore.blocking(body)
    } catch {
      throw BlobError(error)
    }
  }
}

/// Paths of files.
enum BlobPaths {
  /// The directory that holds a file or a directory.
  static func parent(of path: String) -> String {
    let trimmed = path.hasSuffix("/") && path.count > 1 ? path.dropLast() : path[...]
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }
}
