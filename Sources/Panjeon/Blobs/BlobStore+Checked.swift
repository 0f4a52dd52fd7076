// SPDX-License-Identifier: Apache-2.0

#if Sodium
  public import PanjeonStorage
  public import WideColumn

  extension Blob {
    /// Describes a value that is to be put: reads it all, and computes its checksum.
    ///
    /// With it the key is known before anything is stored, so that it can be written down first.
    ///
    /// - Parameters:
    ///   - source: The bytes.
    ///   - type: What they are, as a media type.
    ///   - key: Under which key they are to be put; by default a new one that nobody can guess.
    /// - Throws: `invalidArgument`, `io`, `cancelled`.
    public init(
      describing source: BlobSource, type: String, key: BlobKey = BlobKey()
    ) async throws(BlobError) {
      switch source {
      case .bytes(let bytes):
        let checksum = try await SHA256Hasher.checksum(of: bytes)
        self.init(key: key, size: UInt64(bytes.count), type: type, checksum: checksum)
      case .file(let path, let fileSystem):
        let (size, checksum) = try await BlobFile.checksum(path, in: fileSystem)
        self.init(key: key, size: size, type: type, checksum: checksum)
      }
      try validate()
    }
  }

  extension BlobStore {
    /// Puts a value under a new key that nobody can guess; it is durable when it returns, the record that will hold it is not.
    ///
    /// - Parameters:
    ///   - source: The bytes.
    ///   - type: What they are, as a media type such as `image/jpeg`.
    /// - Returns: What the record has to hold.
    /// - Throws: As ``put(_:as:)``.
    public func put(_ source: BlobSource, type: String) async throws(BlobError) -> Blob {
      let blob = try await Blob(describing: source, type: type)
      try await put(source, as: blob)
      return blob
    }

    /// Puts a value under a new key that a generator draws.
    ///
    /// - Parameters:
    ///   - source: The bytes.
    ///   - type: What they are, as a media type such as `image/jpeg`.
    ///   - generator: Draws the key, which is as hard to guess as the generator is to predict.
    /// - Returns: What the record has to hold.
    /// - Throws: As ``put(_:as:)``.
    public func put(
      _ source: BlobSource, type: String, using generator: inout some RandomNumberGenerator
    ) async throws(BlobError) -> Blob {
      let key = BlobKey(using: &generator)
      let blob = try await Blob(describing: source, type: type, key: key)
      try await put(source, as: blob)
      return blob
    }

    /// All of a value, its size and its checksum verified.
    ///
    /// - Parameter blob: What the record holds.
    /// - Returns: The bytes that were put.
    /// - Throws: `checksumMismatch` when they are others; `notFound`; `tooLarge` when there are more than ``bytesMax``: then
    ///   ``get(_:toFile:in:)`` gets them.
    public func get(_ blob: Blob) async throws(BlobError) -> Bytes {
      try BlobLimits.check(blob.size, bytesMax, blob.key)
      let bytes: Bytes = try await get(blob.key)
      try BlobLimits.check(UInt64(bytes.count), of: blob)
      try blob.verify(try await SHA256Hasher.checksum(of: bytes))
      return bytes
    }

    /// Copies a value of any size to a new file, its size and its checksum verified; the file is durable when it returns.
    ///
    /// - Parameters:
    ///   - blob: What the record holds.
    ///   - path: The file; it must not exist, and does not after an error (but for a crash, and where it cannot be removed).
    ///   - fileSystem: Where the file is to be; by default the operating system's.
    /// - Throws: `checksumMismatch`, `notFound`, `io`, `noSpace`, errors of the store.
    public func get(
      _ blob: Blob, toFile path: String, in fileSystem: any FileSystem = PosixFileSystem()
    ) async throws(BlobError) {
      let file = try await BlobFile.create(path, in: fileSystem)
      do throws(BlobError) {
        var hasher = SHA256Hasher()
        var offset: UInt64 = 0
        let stepBytes = UInt64(min(bytesMax, BlobFile.stepBytes))
        guard let size = try await size(of: blob.key) else { throw BlobError.missing(blob.key) }
        try BlobLimits.check(size, of: blob)
        while offset < blob.size {
          let range = offset..<min(blob.size, offset + stepBytes)
          let bytes = try await get(blob.key, range)
          unsafe bytes.withUnsafeBytes { unsafe hasher.update($0) }
          try await file.write(bytes, at: offset)
          offset = range.upperBound
        }
        try blob.verify(hasher.finish())
        try await file.finish()
      } catch {
        await file.discard()
        throw error
      }
    }
  }

  extension Blob {
    /// Throws `checksumMismatch` unless the bytes have the value's checksum.
    package func verify(_ found: BlobChecksum) throws(BlobError) {
      guard found == checksum else {
        throw BlobError(
          .checksumMismatch, "the bytes have the checksum \(found), not \(checksum)", key: key)
      }
    }
  }
#endif
