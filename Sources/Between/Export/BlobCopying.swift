// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import WideColumn

/// Copies large values from one blob store to another, under the same keys.
struct BlobCopying: Sendable {
  private let source: any BlobStore
  private let target: any BlobStore

  init(from source: any BlobStore, to target: any BlobStore) {
    self.source = source
    self.target = target
  }

  /// Copies a value, verified where checksums can be computed; whether it was not there already, by its size.
  ///
  /// What is there already is never written over: it may be somebody else's. Throws `BlobError`, `checksumMismatch` when something of another size is there.
  @discardableResult
  func copy(_ blob: Blob) async throws(BlobError) -> Bool {
    if let size = try await target.size(of: blob.key) {
      try BlobLimits.check(size, of: blob)
      return false
    }
    #if Sodium
      let bytes = try await source.get(blob)
    #else
      let bytes: Bytes = try await source.get(blob.key)
    #endif
    try await target.put(.bytes(bytes), as: blob)
    return true
  }
}
