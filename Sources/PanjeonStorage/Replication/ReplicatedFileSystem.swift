// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Carries out the calls on a store's directory on its volumes; the page <doc:Replication> says how.
///
/// What lies elsewhere (the directory of a checkpoint, a backup) is the file system's beneath.
package final class ReplicatedFileSystem: FileSystem {
  package let volumes: ReplicatedVolumes
  let directory: String
  var base: any FileSystem { volumes.base }

  /// Creates a view.
  ///
  /// - Parameters:
  ///   - directory: What the engine calls the store's directory.
  ///   - volumes: Where its files are.
  package init(directory: String, volumes: ReplicatedVolumes) {
    self.directory = directory
    self.volumes = volumes
  }

  package var isForManyThreads: Bool { base.isForManyThreads }

  /// The name of a file of the store; nil for what lies elsewhere.
  func name(_ path: String) -> String? {
    guard path.hasPrefix(directory + "/") else { return nil }
    let name = path.dropFirst(directory.count + 1)
    return name.contains("/") ? nil : String(name)
  }

  package func createDirectory(_ path: String) throws(StoreError) {
    // The volumes' own have been created.
    if path == directory { return }
    try base.createDirectory(path)
  }

  package func exists(_ path: String) throws(StoreError) -> Bool {
    if path == directory { return true }
    guard let name = name(path) else { return try base.exists(path) }
    return volumes.map[name] != nil
  }

  package func list(_ directory: String) throws(StoreError) -> [String] {
    directory == self.directory ? volumes.map.names : try base.list(directory)
  }

  package func open(_ path: String, _ mode: FileMode) throws(StoreError) -> any File {
    guard let name = name(path) else { return try base.open(path, mode) }
    if mode == .createNew { return try create(name, path) }
    guard volumes.map[name] != nil else {
      throw StoreError(.io, "cannot open the file: no volume has it", file: path)
    }
    let file = ReplicatedFile(
      path: path, name: name, volumes: volumes, files: [:], isBeingCreated: false)
    if case .table? = FileNames(name) { volumes.addReader(name, file) }
    return file
  }

  package func isWritableByOthers(_ path: String) throws(StoreError) -> Bool {
    guard path == directory || name(path) != nil else { return try base.isWritableByOthers(path) }
    let name = name(path)
    for volume in volumes.mounted where volume.isHealthy {
      if let name {
        guard let entry = volumes.map[name], entry.copies.contains(volume.place) else { continue }
      }
      do throws(StoreError) {
        if try base.isWritableByOthers(name.map(volume.path(of:)) ?? volume.path) { return true }
      } catch {
        guard volumes.failUnlessLast(volume, error) else { throw error }
      }
    }
    return false
  }

  /// Of the store's own directory each volume has its own.
  package func freeBytes(_ directory: String) throws(StoreError) -> UInt64? {
    directory == self.directory ? nil : try base.freeBytes(directory)
  }

  package func syncDirectory(_ path: String) throws(StoreError) {
    guard path == directory else { return try base.syncDirectory(path) }
    let base = base
    try volumes.callThoseToSync(volumes.mounted.map(\.place)) { places throws(StoreError) in
      _ = try volumes.callAll(places) { volume throws(StoreError) in
        try base.syncDirectory(volume.path)
      }
    }
  }

  /// The names in the log change on the following copies in the order of everything else there.
  package func syncDirectoryInOrder(_ path: String) throws(StoreError) {
    guard path == directory else { return try base.syncDirectory(path) }
    for place in volumes.placesToSync(volumes.mounted.map(\.place)) {
      volumes.follower.add(FollowingStep(.syncDirectory(volumes[place])))
    }
  }

  /// The locks were taken when the volumes were mounted.
  package func lock(_ path: String) throws(StoreError) -> any FileLock {
    guard name(path) != nil else { return try base.lock(path) }
    return HeldElsewhere()
  }
}

/// Stands for a lock that somebody else holds, and releases.
private final class HeldElsewhere: FileLock {
  func unlock() {}
}
