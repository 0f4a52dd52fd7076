// SPDX-License-Identifier: Apache-2.0

public import Panjeon
internal import PanjeonTransactions

extension BetweenService {
  func requireBlobs() throws(BetweenError) -> any BlobStore {
    guard let blobs else {
      throw BetweenError(.noBlobStore, "the service has no store for photos and voices")
    }
    return blobs
  }

  /// Deletes bytes that no committed record names any more.
  ///
  /// Throws `BlobError`.
  func free(_ unnamed: [Blob]) async throws {
    guard let blobs else { return }
    for blob in unnamed { try await blobs.delete(blob.key) }
  }

  #if Sodium
    /// Stores the bytes of a photo or a voice, before the message or the photo that names them is written.
    ///
    /// Durable when it returns. **One record may name them**: who deletes that deletes the bytes. Bytes that no record names in the end stay in the blob store, which
    /// nobody looks through yet; a datastore's `sweepBlobs(in:)` must not, as it does not know those of these records.
    ///
    /// - Parameters:
    ///   - source: The bytes.
    ///   - type: What they are, as a media type such as `image/jpeg`.
    /// - Returns: What the record has to hold.
    /// - Throws: `noBlobStore`; `BlobError`.
    public func upload(_ source: BlobSource, type: String) async throws -> Blob {
      try await requireBlobs().put(source, type: type)
    }

    /// The bytes of a photo or a voice, verified.
    ///
    /// Throws `noBlobStore`; `BlobError`.
    public func download(_ blob: Blob) async throws -> Bytes {
      try await requireBlobs().get(blob)
    }
  #endif
}
