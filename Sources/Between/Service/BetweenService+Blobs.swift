// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions
public import WideColumn

extension BetweenService {
  func requireBlobs() throws(BetweenError) -> any BlobStore {
    guard let blobs else {
      throw BetweenError(.noBlobStore, "the service has no store for photos and voices")
    }
    return blobs
  }

  #if Sodium
    /// Stores the bytes of a photo, a voice or a copy, before what names them is written.
    ///
    /// Durable when it returns. They are kept for as long as a message on either side, a photo or a back-up request names them; several may. Bytes that nothing has named by the time that
    /// ``collectBlobs(olderThan:countMax:)`` is given are deleted.
    ///
    /// - Parameters:
    ///   - source: The bytes.
    ///   - type: What they are, as a media type such as `image/jpeg`.
    /// - Returns: What to send, or to add.
    /// - Throws: `noBlobStore`; `BlobError`; errors of transactions.
    public func upload(_ source: BlobSource, type: String) async throws -> Blob {
      try await datastore.putBlob(
        source, type: type, in: try requireBlobs(), key: random.blobKey())
    }

    /// The bytes of a photo, a voice or a copy, verified.
    ///
    /// Throws `noBlobStore`; `BlobError`, `notFound` when they have been collected since.
    public func download(_ blob: Blob) async throws -> Bytes {
      try await requireBlobs().get(blob)
    }
  #endif

  /// Deletes bytes that nothing names any more: a worker calls it every hour or so.
  ///
  /// - Parameters:
  ///   - age: For how long nothing must have named them; by default 24 hours. So long has who uploads to send, and who has read a message or a photo to fetch its bytes.
  ///   - countMax: How many to delete at the most; by default 10,000.
  /// - Returns: How many were deleted.
  /// - Throws: `noBlobStore`; when all have been tried, the first `BlobError`; errors of transactions.
  @discardableResult
  public func collectBlobs(
    olderThan age: Duration = .seconds(86_400), countMax: Int = 10_000
  ) async throws -> Int {
    try await datastore.collectBlobs(
      in: try requireBlobs(), olderThan: age, countMax: countMax)
  }
}
