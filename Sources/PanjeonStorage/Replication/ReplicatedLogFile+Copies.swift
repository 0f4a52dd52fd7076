// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Copies that come and go while the segment is written.
extension ReplicatedLogFile {
  /// Makes a copy on a volume, which gets from then on what is written.
  ///
  /// The last bytes are copied while the writer waits. Throws what reading or writing throws; there is no copy then.
  func join(_ volume: MountedVolume, _ pacer: inout ReadPacer) throws(StoreError) {
    let target = try volumes.createAnew(name, on: volume)
    let copied = try copySound(to: target, on: volume, &pacer)
    // Whoever waits for the disk from now on waits for what is written from now on.
    if volumes.isToSync(volume, beside: volumes.map[name]?.copies ?? []) { try target.sync() }
    let result = state.withLock { state in
      Result { () throws(StoreError) in
        if state.isClosed { throw StoreError(.io, "the segment has ended", file: path) }
        // Without a leading copy there is none to be read; the next segment has more.
        guard let source = state.usableLead else {
          throw StoreError(.io, "no leading copy is left", file: path)
        }
        let rest = try source.readUpTo(Int(state.end - copied), at: copied)
        try admit(FollowingCopy(name, on: volume, file: target), target, rest, at: copied, &state)
      }
    }
    try result.get()
  }

  /// Copies what has been written so far from the first leading copy that is what it should be; returns how far that is.
  ///
  /// Rot that is found so is told of nobody: when the segment has ended, and its copies are compared, the bad one is replaced.
  private func copySound(
    to target: any File, on volume: MountedVolume, _ pacer: inout ReadPacer
  ) throws(StoreError) -> UInt64 {
    let least = volumes.recordsEnd(of: name)
    for source in state.withLock({ $0.leading.filter(\.syncs.isUsable).map(\.file) }) {
      var copied: UInt64 = 0
      while true {
        let end = writtenBytes
        guard end > copied else { break }
        try target.append(from: source, copied..<end, &pacer)
        copied = end
      }
      if try volumes.isSound(name, at: volume.path(of: name), through: least, &pacer) {
        return copied
      }
    }
    throw StoreError(.io, "no leading copy of the segment is whole", file: path)
  }

  /// Counts a copy that lacks but the last bytes; if it follows they wait for their turn, lest the writer wait for its volume.
  private func admit(
    _ copy: FollowingCopy, _ file: any File, _ rest: [UInt8], at offset: UInt64,
    _ state: inout State
  ) throws(StoreError) {
    guard copy.isUsable else { throw StoreError(.io, "the volume has failed", file: copy.path) }
    guard ReplicatedVolumes.mayLead(copy.volume, beside: state.leading.map(\.volume)) else {
      volumes.follower.add(FollowingStep(.write(copy), bytes: rest, at: offset))
      state.following.append(copy)
      return
    }
    try unsafe rest.withRawBytes { (bytes) throws(StoreError) in
      try unsafe file.write(bytes, at: offset)
    }
    state.leading.append(Leading(volume: copy.volume, file: file, syncs: copy))
  }

  /// Writes a volume's copy no more, which the caller removes; false if it is the last.
  func leave(_ volume: MountedVolume) -> Bool {
    let left = state.withLock { state -> FollowingCopy? in
      guard state.leading.count + state.following.count > 1 else { return nil }
      let all = state.leading.map(\.syncs) + state.following
      guard let copy = all.first(where: { $0.volume === volume }) else { return nil }
      state.leading.removeAll { $0.volume === volume }
      state.following.removeAll { $0.volume === volume }
      return copy
    }
    guard let left else { return false }
    volumes.follower.add(FollowingStep(.close(left)))
    return true
  }
}
