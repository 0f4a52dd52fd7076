// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization
package import WideColumn

/// Files come, are renamed and go.
extension ReplicatedFileSystem {
  func create(_ name: String, _ path: String) throws(StoreError) -> any File {
    if volumes.map[name] != nil {
      throw StoreError(.io, "cannot open the file: it exists", file: path)
    }
    if case .log? = FileNames(name) { return try createSegment(name, path) }
    let places = try volumes.place(name)
    let files = try volumes.callAll(places) { [volumes] volume throws(StoreError) in
      // There may be what an interrupted creation, or a life in which the volume was missing, left.
      try volumes.createAnew(name, on: volume)
    }
    volumes.map.set(
      name, FileMap.Entry(copies: Set(files.keys), bytes: 0, isBeingWritten: true))
    let file = ReplicatedFile(
      path: path, name: name, volumes: volumes, files: files, isBeingCreated: true)
    if case .manifest? = FileNames(name) { volumes.setWriter(name, file) }
    if case .table? = FileNames(name) { volumes.addReader(name, file) }
    return file
  }

  /// Creates a segment of the log: two copies lead, the others follow.
  private func createSegment(_ name: String, _ path: String) throws(StoreError) -> any File {
    let previous = volumes.newestSegment
    let places = try volumes.place(name, preferring: previous?.places ?? [])
    var leading: [(MountedVolume, any File)] = []
    var following: [FollowingCopy] = []
    var failure: StoreError?
    for volume in volumes.leadersFirst(places) {
      guard ReplicatedVolumes.mayLead(volume, beside: leading.map { $0.0 }) else {
        following.append(FollowingCopy(name, on: volume))
        continue
      }
      do throws(StoreError) {
        leading.append((volume, try base.open(volume.path(of: name), .createNew)))
      } catch {
        failure = error
        if places.count > 1 { volumes.fail(volume, error) }
      }
    }
    if leading.isEmpty, following.isEmpty {
      throw failure ?? StoreError(.io, "no volume is left for the file", file: path)
    }
    for copy in following { volumes.follower.add(FollowingStep(.create(copy))) }
    let copies = Set(leading.map { $0.0.place } + following.map(\.volume.place))
    volumes.map.set(
      name, FileMap.Entry(copies: copies, bytes: 0, isBeingWritten: true))
    let file = ReplicatedLogFile(
      path: path, name: name, volumes: volumes, leading: leading, following: following,
      after: previous)
    volumes.setSegment(name, file)
    return file
  }

  package func remove(_ path: String) throws(StoreError) {
    guard let name = name(path) else { return try base.remove(path) }
    // Whoever reads it goes on, with whichever copy is left.
    for file in volumes.takeReaders(name) { file.openAll() }
    guard let entry = volumes.map.set(name, nil) else {
      throw StoreError(.io, "cannot remove the file: no volume has it", file: path)
    }
    let places = entry.copies.union(entry.damaged).sorted()
    if case .log? = FileNames(name) { return removeSegment(name, places) }
    removeCopies(name, places)
  }

  /// A copy that cannot be removed belongs to nothing: the next life of the store removes it.
  private func removeCopies(_ name: String, _ places: [Int]) {
    let base = base
    do throws(StoreError) {
      _ = try volumes.callAll(places) { volume throws(StoreError) in
        try base.remove(volume.path(of: name))
      }
    } catch {
      volumes.logger.warning(
        "a file that is not needed any more stays behind; the next open removes it",
        metadata: ["error": "\(error)"])
    }
  }

  /// By the thread that follows, behind whatever it has to do with the segment.
  private func removeSegment(_ name: String, _ places: [Int]) {
    for place in places {
      volumes.follower.add(FollowingStep(.remove(volumes[place], name: name)))
    }
  }

  package func rename(_ path: String, to newPath: String) throws(StoreError) {
    guard let name = name(path), let newName = self.name(newPath) else {
      return try base.rename(path, to: newPath)
    }
    let result = volumes.renaming.withLock { _ in
      Result { () throws(StoreError) in try renameCopies(name, to: newName, path) }
    }
    try result.get()
  }

  private func renameCopies(
    _ name: String, to newName: String, _ path: String
  ) throws(StoreError) {
    guard let entry = volumes.map[name] else {
      throw StoreError(.io, "cannot rename the file: no volume has it", file: path)
    }
    let base = base
    let done = try volumes.callAll(entry.copies.sorted()) { volume throws(StoreError) in
      try base.rename(volume.path(of: name), to: volume.path(of: newName))
    }
    let replaced = volumes.map.rename(name, to: newName)
    // What had the name elsewhere is of an earlier day.
    let elsewhere = replaced?.copies.subtracting(done.keys) ?? []
    if !elsewhere.isEmpty { removeCopies(newName, elsewhere.sorted()) }
  }

  /// Links a copy to a name outside of the store, the first that can be, and makes it durable there.
  package func link(_ path: String, to newPath: String) throws(StoreError) {
    guard let name = name(path) else { return try base.link(path, to: newPath) }
    var failure = StoreError(.io, "cannot link the file: no volume has it", file: path)
    for place in (volumes.map[name]?.copies ?? []).sorted() where volumes[place].isHealthy {
      do throws(StoreError) {
        try base.link(volumes[place].path(of: name), to: newPath)
      } catch {
        failure = error
        continue
      }
      // Whoever asks knows of no volume: of an ephemeral one's copy nobody has asked for a sync so far.
      let linked = try base.open(newPath, .read)
      defer { linked.close() }
      return try linked.sync()
    }
    throw failure
  }
}
