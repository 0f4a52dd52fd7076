// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Copies that come and go while the segment is written.
extension ReplicatedLogFile {
  /// Makes a copy on a volume, which gets from then on what is written; durable, if *on disk* asks for that.
  ///
  /// The last bytes are copied while the writer waits. Throws what reading or writing throws; there is no copy then.
  func join(_ volume: MountedVolume, _ pacer: inout ReadPacer) throws(StoreError) {
    let target = try volumes.createAnew(name, on: volume)
    let copied = try copySound(to: target, on: volume, &pacer)
    let isToSync = volumes.isToSync(volume, beside: volumes.map[name]?.copies ?? [])
    // What is synced now the thread that follows, behind which others wait, need not sync then.
    if isToSync { try target.sync() }
    let synced = VolumeAnswers<Void>(count: 1)
    let result = state.withLock { state in
      Result { () throws(StoreError) in
        if state.isClosed { throw StoreError(.io, "the segment has ended", file: path) }
        // Without a leading copy there is none to be read; the next segment has more.
        guard let source = state.usableLead else {
          throw StoreError(.io, "no leading copy is left", file: path)
        }
        let rest = try source.readUpTo(Int(state.end - copied), at: copied)
        let copy = FollowingCopy(name, on: volume, file: target)
        try admit(copy, target, rest, at: copied, &state)
        guard isToSync else { return synced.set(0, .success(())) }
        // Before whatever comes later: nobody else asks for a sync of what was synced elsewhere before.
        var step = FollowingStep(.write(copy))
        step.onSync = [{ synced.set(0, $0) }]
        volumes.follower.add(step)
      }
    }
    try result.get()
    do throws(StoreError) {
      guard let answer = synced.wait(timeout: volumes.timeout)[0] else {
        throw StoreError(.io, "the copy has not been synced in time", file: target.path)
      }
      try answer.get()
    } catch {
      // It counts for nobody, and another may be made under its name.
      _ = leave(volume)
      throw error
    }
  }

  /// How much is copied at the most while commits wait: a few of the steps in which the log grows.
  private static let restBytesMax: UInt64 = 1 << 20

  /// Copies what has been written so far from the first leading copy that is what it should be; returns up to where it stays so.
  ///
  /// Rot that is found so is told of nobody: when the segment has ended, and its copies are compared, the bad one is replaced.
  private func copySound(
    to target: any File, on volume: MountedVolume, _ pacer: inout ReadPacer
  ) throws(StoreError) -> UInt64 {
    let least = volumes.recordsEnd(of: name)
    for source in state.withLock({ $0.leading.filter(\.syncs.isUsable).map(\.file) }) {
      var copied: UInt64 = 0
      // Under commits it never has all: the rest is copied while they wait.
      while true {
        let written = state.withLock { (last: $0.lastWrite, end: $0.end) }
        try target.append(from: source, copied..<max(copied, written.end), &pacer)
        copied = written.last
        let now = state.withLock { (last: $0.lastWrite, end: $0.end) }
        if now == written || now.end - copied <= Self.restBytesMax { break }
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
