// SPDX-License-Identifier: Apache-2.0

extension BlobStore {
  /// Whether there is a value under a key.
  public func contains(_ key: BlobKey) async throws(BlobError) -> Bool {
    try await size(of: key) != nil
  }
}
