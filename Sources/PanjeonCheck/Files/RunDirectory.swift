// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
package import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The directory of one run, always a new one: its store, and what its processes write down.
package struct RunDirectory: Hashable, Sendable {
  package let path: String

  /// The store's directory.
  package var store: String { path + "/store" }

  /// The history of a run that was violated.
  package var history: String { path + "/history.jsonl" }

  /// What a process writes down.
  func life(_ number: Int) -> String { path + "/life-\(number).jsonl" }

  /// How many runs of one name a directory can hold.
  private static let copiesMax = 10_000

  /// Creates a directory of this name, or, when that is taken, of the name with a number behind it.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - parent: Where; created if it is missing.
  /// - Returns: A directory in which nothing is.
  /// - Throws: `io`.
  package static func create(
    _ name: String, in parent: String
  ) throws(StoreError) -> RunDirectory {
    try PosixFileSystem().createDirectory(parent)
    for copy in 1...copiesMax {
      let path = parent + "/" + (copy == 1 ? name : "\(name).\(copy)")
      if unsafe mkdir(path, 0o700) == 0 { return RunDirectory(path: path) }
      if errno != EEXIST { throw HistoryFile.failure("create the directory", path) }
    }
    throw StoreError(
      .io, "'\(parent)' holds what \(copiesMax) runs named '\(name)' have left: remove some")
  }

  /// Removes it, with what the run has put there.
  package func remove() throws(StoreError) {
    if try PosixFileSystem().exists(store) { try TemporaryDirectory.remove(store) }
    try TemporaryDirectory.remove(path)
  }
}
