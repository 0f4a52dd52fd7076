// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

#if Sodium
  extension Datastore {
    /// Puts a large value into a blob store, for records that are written afterwards.
    ///
    /// What is put is durable when this returns. If no record refers to it within the age that ``collectBlobs(in:olderThan:countMax:)`` is given, it is collected.
    ///
    /// - Parameters:
    ///   - source: The bytes.
    ///   - type: What they are, as a media type such as `image/jpeg`.
    ///   - blobs: Where to.
    ///   - key: Under which key; by default a new one that nobody can guess.
    /// - Returns: What a record has to hold, and its type to list in ``Record/blobs``.
    /// - Throws: Errors of the blob store, of transactions; `blobTaken` when a record refers to a value of this key; `blobGone` when putting has taken so long that it was collected.
    public func putBlob(
      _ source: BlobSource, type: String, in blobs: some BlobStore, key: BlobKey = BlobKey()
    ) async throws -> Blob {
      let blob = try await Blob(describing: source, type: type, key: key)
      // Known before there is a byte, so that nothing is ever stored that nobody knows of.
      try await withTransaction { transaction in
        let was = try await transaction.blobState(key)
        if was?.phase == .referenced {
          throw DatastoreError(
            .blobTaken, "a record refers to the blob \(key) already", key: was?.owners.first?.key)
        }
        try transaction.setPending(key, was: was, state)
      }
      try await blobs.put(source, as: blob)
      // Its time begins now.
      try await withTransaction { transaction in
        let was = try await transaction.blobState(key)
        guard was?.phase == .pending else {
          throw DatastoreError(.blobGone, "the blob \(key) was collected while it was put")
        }
        try transaction.setPending(key, was: was, state)
      }
      return blob
    }
  }
#endif

extension Datastore {
  /// Makes known a large value that is in the blob store already, put by other means, for records that are written afterwards: of an import, say.
  ///
  /// If no record refers to it in time, it is collected, as one of `putBlob`. One that records refer to already stays as it is.
  ///
  /// - Parameters:
  ///   - blob: The value.
  ///   - blobs: Where it has to be, with its size; its bytes are not read. Nil: that is not looked at, and records may come to refer to what is not there.
  /// - Throws: `BlobError` `notFound`, `checksumMismatch` when the size is another; other errors of the blob store; `blobGone` when this datastore has collected the value;
  ///   errors of transactions.
  public func adoptBlob(_ blob: Blob, in blobs: (any BlobStore)?) async throws {
    // Known before it is looked for, so that nobody collects it in between.
    try await withTransaction { transaction in
      let was = try await transaction.blobState(blob.key)
      if was?.phase != .referenced { try transaction.setPending(blob.key, was: was, state) }
    }
    guard let blobs else { return }
    guard let size = try await blobs.size(of: blob.key) else { throw BlobError.missing(blob.key) }
    try BlobLimits.check(size, of: blob)
  }
}

extension Transaction {
  /// Notes that a value is about to be put, or has been.
  ///
  /// Throws `blobGone` for one that was collected.
  fileprivate mutating func setPending(
    _ key: BlobKey, was: BlobState?, _ state: DatastoreState
  ) throws {
    guard was?.phase != .deleted else {
      throw DatastoreError(.blobGone, "the blob \(key) was collected; take a new key")
    }
    try setBlobState(key, BlobState(.pending, since: state.now), was: was)
  }
}
