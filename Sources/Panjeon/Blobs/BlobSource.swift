// SPDX-License-Identifier: Apache-2.0

public import PanjeonStorage
public import WideColumn

/// Where the bytes of a large value come from.
public enum BlobSource: Sendable {
  /// Bytes in memory, at most ``BlobStore/bytesMax``.
  case bytes(Bytes)

  /// A file, of any size, which must not change while it is read; it is left as it is.
  case file(String, in: any FileSystem)

  /// A file of the operating system.
  public static func file(_ path: String) -> BlobSource {
    .file(path, in: PosixFileSystem())
  }

  /// Bytes in memory.
  public static func bytes(_ bytes: [UInt8]) -> BlobSource { .bytes(Bytes(bytes)) }

  /// All bytes, in memory.
  ///
  /// Throws `tooLarge` when there are more than so many, `io`.
  package func bytesInMemory(max bytesMax: Int, key: BlobKey) async throws(BlobError) -> Bytes {
    switch self {
    case .bytes(let bytes):
      try BlobLimits.check(UInt64(bytes.count), bytesMax, key)
      return bytes
    case .file(let path, let fileSystem):
      return try await BlobFile.bytes(of: path, in: fileSystem, max: bytesMax, key: key)
    }
  }

  /// How much of a file is read at once, in bytes.
  package static let chunkBytes = 1 << 20

  /// Reads a file from its beginning to its end, a chunk after another; blocks.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - fileSystem: Where it is.
  ///   - bytesMax: After how many bytes not to go on, so that one that grows all the time has an end; at most a chunk more is read.
  ///   - body: Takes each chunk, and where it begins.
  /// - Returns: How many bytes were read.
  /// - Throws: `io`, what `body` throws.
  @discardableResult
  package static func readFile(
    _ path: String, in fileSystem: any FileSystem, upTo bytesMax: UInt64 = .max,
    _ body: (UnsafeRawBufferPointer, _ offset: UInt64) throws(StoreError) -> Void
  ) throws(StoreError) -> UInt64 {
    let file = try fileSystem.open(path, .read)
    defer { file.close() }
    var chunk = [UInt8](repeating: 0, count: chunkBytes)
    var offset: UInt64 = 0
    while offset <= bytesMax {
      let count = try unsafe chunk.withMutableRawBytes { (room) throws(StoreError) in
        try unsafe file.read(into: room, at: offset)
      }
      if count == 0 { break }
      try unsafe chunk.withRawBytes { (bytes) throws(StoreError) in
        try unsafe body(UnsafeRawBufferPointer(rebasing: bytes.prefix(count)), offset)
      }
      offset += UInt64(count)
    }
    return offset
  }
}
