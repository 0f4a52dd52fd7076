// SPDX-License-Identifier: Apache-2.0

internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The photos and voices of the demo's lives: a directory beside the store's.
enum DemoBlobs {
  /// Whether there are any: their checksums need the trait `Sodium`.
  static var areThere: Bool {
    #if Sodium
      true
    #else
      false
    #endif
  }

  static func path(beside store: String) -> String {
    var store = store[...]
    while store.count > 1, store.last == "/" { store.removeLast() }
    return store + ".blobs"
  }

  static func open(beside store: String) async throws(BlobError) -> DirectoryBlobStore {
    try await DirectoryBlobStore.open(at: path(beside: store))
  }
}
