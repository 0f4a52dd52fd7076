// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// Makes a store of what another one's SSTables hold.
///
/// Run by the one thread that changes regions.
package struct Checkpoint {
  private let environment: BackgroundEnvironment
  private let flush: WholeFlush
  private let fileSystem: any FileSystem

  package init(_ environment: BackgroundEnvironment, _ flush: WholeFlush) {
    self.environment = environment
    self.flush = flush
    fileSystem = environment.configuration.fileSystem
  }

  /// Makes the checkpoint.
  ///
  /// In this order, so that a crash leaves either no store at the path or the whole: everything in memory is flushed by one
  /// edit; files are linked and their names synced; the MANIFEST and then `CURRENT` are written.
  package func run(at path: String) throws(StoreError) {
    try StoreDirectory.requireOutside(path, of: environment.directory)
    try fileSystem.createDirectory(path)
    if try fileSystem.isWritableByOthers(path) {
      throw StoreError(
        .writableByOthers, "others than this user may write to the directory; give another",
        file: path)
    }
    if let name = try fileSystem.list(path).first {
      throw StoreError(
        .invalidArgument, "a checkpoint needs an empty directory; there is '\(name)' in it",
        file: path)
    }
    try flush.withGatesClosed { () throws(StoreError) in
      try flush.run(isLogNeeded: true)
      do throws(StoreError) {
        try write(environment.versions.state, to: path)
      } catch {
        fileSystem.removeUnfinishedStore(path, environment.configuration.logger)
        throw error
      }
    }
  }

  private func write(_ state: VersionState, to path: String) throws(StoreError) {
    for number in state.fileNumbers.sorted() {
      try share(FileNames.path(environment.directory, .table(number)), as: .table(number), path)
    }
    try fileSystem.syncDirectory(path)
    try fileSystem.syncDirectory(Self.parent(of: path))
    // Its own life: what is under way in this store must not be gone on with in that one.
    var state = state
    state.renewIncarnation(environment.configuration.randomNumber)
    _ = try Manifest(number: 1, state: state, directory: path, fileSystem: fileSystem)
  }

  private func share(
    _ source: String, as name: FileNames, _ directory: String
  ) throws(StoreError) {
    let target = FileNames.path(directory, name)
    do throws(StoreError) {
      try fileSystem.link(source, to: target)
    } catch {
      // Another device, a file system that knows no links, or a file that has as many as it may have.
      if try fileSystem.exists(target) { try fileSystem.remove(target) }
      try fileSystem.copy(source, to: target)
    }
  }

  static func parent(of path: String) -> String {
    let trimmed = path.hasSuffix("/") ? path.dropLast() : path[...]
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }
}

extension FileSystem {
  /// Copies a file, durably but for its name.
  func copy(_ path: String, to newPath: String) throws(StoreError) {
    let chunkBytes = 1 << 20
    let source = try open(path, .read)
    defer { source.close() }
    let target = try open(newPath, .createNew)
    defer { target.close() }
    var offset: UInt64 = 0
    while true {
      let bytes = try source.readUpTo(chunkBytes, at: offset)
      if bytes.isEmpty { break }
      let start = offset
      try unsafe bytes.withRawBytes { (bytes) throws(StoreError) in
        try unsafe target.write(bytes, at: start)
      }
      offset += UInt64(bytes.count)
    }
    try target.sync()
  }

  /// Removes what an unfinished copy of a store has left: first `CURRENT`, durably, without which the rest is no store.
  ///
  /// If that cannot be removed either, all of it stays: then it is a whole store, for `CURRENT` comes last.
  func removeUnfinishedStore(_ path: String, _ logger: Logger) {
    do throws(StoreError) {
      let current = FileNames.path(path, .current)
      if try exists(current) {
        try remove(current)
        try syncDirectory(path)
      }
      for name in try list(path) { try remove(path + "/" + name) }
    } catch {
      logger.warning(
        "what an unfinished copy of a store left behind stays", metadata: ["error": "\(error)"])
    }
  }
}
