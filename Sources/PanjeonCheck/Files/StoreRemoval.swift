// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// The directories of the runs' stores.
enum StoreRemoval {
  /// The path of a new directory, which a store will create in its parent, created if it is missing.
  ///
  /// Throws `invalidArgument` when it is there.
  static func newDirectory(_ name: String, in parent: String) throws(StoreError) -> String {
    let fileSystem = PosixFileSystem()
    try fileSystem.createDirectory(parent)
    let path = parent + "/" + name
    if try fileSystem.exists(path) {
      throw StoreError(
        .invalidArgument,
        "'\(path)' is there already, perhaps left by a run that was violated: each run needs a store of its own"
      )
    }
    return path
  }

  /// Removes a store.
  static func remove(_ path: String) throws(StoreError) {
    try TemporaryDirectory.remove(path)
  }
}
