// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
public import WideColumn

/// A fresh directory of the operating system's, for tests that need real files.
public struct ScratchDirectory: Sendable {
  /// The directory's path.
  public let path: String

  /// Creates a directory below `TMPDIR`, or `/tmp`.
  ///
  /// Throws `io`.
  public init() throws(StoreError) {
    path = try TemporaryDirectory.create()
  }

  /// Removes the directory with the files in it; what cannot be removed stays.
  public func remove() {
    do throws(StoreError) {
      try TemporaryDirectory.remove(path)
    } catch {
      print("scratch directory \(path) stays: \(error)")
    }
  }
}
