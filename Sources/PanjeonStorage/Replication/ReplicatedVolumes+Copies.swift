// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization
internal import WideColumn

/// Copies of files that come and go.
extension ReplicatedVolumes {
  /// The volume of that name, if it has not been taken out of the store.
  package func named(_ name: String) -> MountedVolume? {
    mounted.first { volume in
      if case .removed = volume.condition { return false }
      return volume.name == name
    }
  }

  /// All files and their copies, but those SSTables that are being written: they will have theirs.
  package var copies: [FileCopies] {
    // In this order: a file may come that is on a volume which has just been added.
    let files = map.all
    let mounted = mounted
    return files.compactMap { name, entry in
      if entry.isBeingWritten, case .table? = FileNames(name) { return nil }
      if name == FileNames.currentTemporary.name { return nil }
      let good = entry.copies.map { CopyState(volume: mounted[$0].name) }
      let bad = entry.damaged.map { CopyState(volume: mounted[$0].name, isDamaged: true) }
      let expected = entry.isBeingWritten ? bytesExpected(of: name) : 0
      return FileCopies(name: name, bytes: max(entry.bytes, expected), copies: good + bad)
    }
  }

  /// Makes a copy of a file on a volume, from the first that is found to be good.
  ///
  /// Does nothing if the file is gone. A volume that fails is taken out of use.
  func addCopy(
    of name: String, on target: MountedVolume, _ pacer: inout ReadPacer
  ) throws(StoreError) {
    guard let entry = map[name], !entry.copies.contains(target.place) else { return }
    try addOlderSegments(than: name, on: target, &pacer)
    if entry.isBeingWritten { return try join(name, target, &pacer) }
    if case .current? = FileNames(name) { return try addCopyOfCurrent(on: target) }
    for place in entry.copies.sorted() where place != target.place && self[place].isHealthy {
      guard try copy(name, from: self[place], to: target, &pacer) else {
        noteDamage(of: name, on: place)
        continue
      }
      count(name, on: target)
      return
    }
  }

  /// Before a segment come those older ones that some volume lacks a part of: nobody may be left with a segment alone that follows on one
  /// that is lost.
  private func addOlderSegments(
    than name: String, on target: MountedVolume, _ pacer: inout ReadPacer
  ) throws(StoreError) {
    guard case .log(let number)? = FileNames(name) else { return }
    for older in endedSegmentsOwed where older < number {
      let olderName = FileNames.log(older).name
      try addCopy(of: olderName, on: target, &pacer)
      guard map[olderName]?.copies.contains(target.place) ?? true else {
        throw StoreError(
          .io, "'\(name)' is not copied before '\(olderName)' is, and no copy of that is whole",
          file: target.path)
      }
    }
  }

  /// The numbers of the segments that have ended and of which some volume lacks a part, ascending.
  private var endedSegmentsOwed: [UInt64] {
    follower.owedNames.compactMap { name in
      guard case .log(let number)? = FileNames(name), let entry = map[name],
        !entry.isBeingWritten
      else { return nil }
      return number
    }.sorted()
  }

  private func join(
    _ name: String, _ target: MountedVolume, _ pacer: inout ReadPacer
  ) throws(StoreError) {
    if let segment = segment(name) {
      try segment.join(target, &pacer)
    } else if let writer = writer(name) {
      try writer.join(target)
    } else {
      return
    }
    try base.syncDirectory(target.path)
    figures.copiesMade.add(1)
    count(name, on: target)
  }

  /// `CURRENT` is small, and replaced under its name: no other takes its place meanwhile.
  private func addCopyOfCurrent(on target: MountedVolume) throws(StoreError) {
    let name = FileNames.current.name
    let result = renaming.withLock { _ in
      Result { () throws(StoreError) in
        for source in (map[name]?.copies ?? []).sorted()
        where source != target.place && self[source].isHealthy {
          let isCopied = try call(target) { [self] () throws(StoreError) in
            var unpaced = ReadPacer()
            return try copy(name, from: self[source], to: target, &unpaced)
          }
          if isCopied { return count(name, on: target) }
          noteDamage(of: name, on: source)
        }
      }
    }
    try result.get()
  }

  /// Counts a copy that has been made; if the file has been removed meanwhile, it goes too.
  private func count(_ name: String, on target: MountedVolume) {
    if map.addCopy(name, on: target.place) { return }
    removeFile(name, on: target)
  }

  /// Removes a volume's copy of a file, unless it is the last; of a segment, once no volume lacks anything of those that have ended.
  func removeCopy(of name: String, on volume: MountedVolume) {
    if case .log? = FileNames(name), !endedSegmentsOwed.isEmpty { return }
    if map[name]?.isBeingWritten ?? false {
      if let segment = segment(name) {
        guard segment.leave(volume) else { return }
      } else if let writer = writer(name), !writer.leave(volume) {
        return
      }
    }
    guard map.removeCopy(name, on: volume.place) else { return }
    if case .log? = FileNames(name) {
      follower.add(FollowingStep(.remove(volume, name: name)))
    } else {
      removeFile(name, on: volume)
    }
  }

  private func removeFile(_ name: String, on volume: MountedVolume) {
    do throws(StoreError) {
      try base.remove(volume.path(of: name))
    } catch {
      logger.warning(
        "a copy that is not needed any more stays behind",
        metadata: ["file": "\(volume.path(of: name))", "error": "\(error)"])
    }
  }
}
