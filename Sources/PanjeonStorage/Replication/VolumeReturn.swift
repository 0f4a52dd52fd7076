// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Synchronization
internal import WideColumn

/// Takes volumes into use again that have failed or were not there, once they answer.
///
/// What such a volume holds is set aside before its record gets the present epoch, so that it is believed at no moment; see
/// ``StaleFiles``. A probe that hangs keeps nobody waiting but its own thread.
final class VolumeReturn: Sendable {
  private let volumes: ReplicatedVolumes
  /// The places of the volumes whose probes have not ended.
  private let probed = Mutex<Set<Int>>([])

  init(_ volumes: ReplicatedVolumes) {
    self.volumes = volumes
  }

  /// Tries all volumes that have failed.
  func tryAll() {
    for volume in volumes.mounted {
      guard case .failed = volume.condition,
        probed.withLock({ $0.insert(volume.place).inserted })
      else { continue }
      let answer = VolumeAnswers<Void>(count: 1)
      _ = WorkerThread(name: "panjeon-probe", isDetached: true) { [self] in
        answer.set(0, Result { () throws(StoreError) in try ready(volume) })
        probed.withLock { _ = $0.remove(volume.place) }
      }
      // One that takes longer is tried again when it has ended.
      let patience = min(volumes.timeout, .seconds(1))
      guard case .success?? = answer.wait(timeout: patience).first else { continue }
      admit(volume)
    }
  }

  /// Makes a volume ready: nothing on it is believed any more, and its record says that it counts.
  private func ready(_ volume: MountedVolume) throws(StoreError) {
    let base = volumes.base
    try base.createDirectory(volume.path)
    try takeLock(volume)
    let inspection = try VolumeInspection(volume.volume, nil, base)
    switch inspection.finding {
    case .unreachable(let error): throw error
    case .plainStore: throw Self.foreign(volume)
    case .blank: break
    case .record(let record):
      // It may have got an identity from an opening that then failed; nothing on it is believed anyway.
      let isAnother = volumes.record.entries.contains {
        $0.identity == record.identity && $0.identity != volume.identity
      }
      let isOwn = record.store == volumes.record.store && !isAnother
      // One that has never counted belongs to nobody.
      guard isOwn || record.epoch == 0 else { throw Self.foreign(volume) }
    }
    let names = try base.list(volume.path)
    let removed = try removable(volume, names)
    // First of all: without it the volume alone is no store, whatever else is set aside before something happens.
    for name in names where name == FileNames.current.name {
      try setAside(name, on: volume)
      try base.syncDirectory(volume.path)
    }
    for name in names where removed.contains(name) {
      try volumes.requireOpen()
      try base.remove(volume.path(of: name))
    }
    for name in names where !removed.contains(name) && name != FileNames.current.name {
      if VolumeInspection.isCopied(name) {
        try setAside(name, on: volume)
      } else if name == FileNames.currentTemporary.name {
        try base.remove(volume.path(of: name))
      }
    }
    try base.syncDirectory(volume.path)
    try volumes.requireOpen()
    var record = volumes.updateRecord { record in
      let isKnown = record.entries.contains { $0.identity == volume.identity }
      if isKnown, !record.members.contains(volume.identity) {
        record.members.append(volume.identity)
      }
    }
    record.identity = volume.identity
    try VolumeRecordFile.write(record, in: volume.path, base)
  }

  private func setAside(_ name: String, on volume: MountedVolume) throws(StoreError) {
    // A probe that hung may go on when the volume is somebody else's.
    try volumes.requireOpen()
    // The last copy of a file is believed, whatever has become of the volume meanwhile.
    if volumes.map[name]?.copies == [volume.place] { return }
    try volumes.base.rename(
      volume.path(of: name), to: volume.path(of: name + VolumeReconciliation.staleSuffix))
  }

  /// What is to be removed from a volume: unfinished copies, and if it was full what nobody needs any more.
  ///
  /// One that was full stays as it is until a segment of the log and an SSTable have room then, lest it be filled again at once.
  ///
  /// Throws `noSpace` if they have not.
  private func removable(
    _ volume: MountedVolume, _ names: [String]
  ) throws(StoreError) -> Set<String> {
    let unfinished = names.filter { $0.hasSuffix(VolumeReconciliation.copySuffix) }
    guard case .failed(let cause) = volume.condition, cause.code == .noSpace,
      let free = try volumes.base.freeBytes(volume.path)
    else { return Set(unfinished) }
    let removed = Set(unfinished).union(names.filter(isNeededByNobody))
    var room = free
    for name in removed {
      let file = try volumes.base.open(volume.path(of: name), .read)
      defer { file.close() }
      room += try file.size()
    }
    let needed =
      volumes.bytesExpected(of: FileNames.log(1).name)
      + volumes.bytesExpected(of: FileNames.table(1).name)
    if room < needed { throw cause }
    return removed
  }

  private func isNeededByNobody(_ name: String) -> Bool {
    let suffix = VolumeReconciliation.staleSuffix
    let file = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    return VolumeInspection.isCopied(file) && volumes.map[file] == nil
  }

  private func admit(_ volume: MountedVolume) {
    // What was counted there since it failed has been set aside with the rest.
    volumes.map.removeCopies(on: volume.place)
    volume.noteStaleFiles()
    guard volume.recover() else { return }
    volumes.figures.volumeRecoveries.add(1)
    volumes.post(.volumeRecovered(name: volume.name))
    volumes.writeRecords()
    volumes.wakeRepairs()
  }

  /// The lock of a volume that was not there when the store was opened, or whose directory is another now.
  private func takeLock(_ volume: MountedVolume) throws(StoreError) {
    let path = volume.path(of: FileNames.lock.name)
    if volume.isLocked, try volumes.base.exists(path) { return }
    volumes.keep(try volumes.base.lock(path))
    volume.noteLocked()
  }

  private static func foreign(_ volume: MountedVolume) -> StoreError {
    StoreError(
      .invalidArgument,
      "volume '\(volume.name)' holds another store, or another volume of this one",
      file: volume.path)
  }
}

extension ReplicatedVolumes {
  /// Writes the records of all volumes that are well.
  func writeRecords() {
    let present = record
    for volume in mounted where volume.isHealthy {
      do throws(StoreError) {
        // By the volume's thread: whoever asks does not wait for one that hangs.
        try call(volume) { [self] () throws(StoreError) in
          try requireOpen()
          var own = present
          own.identity = volume.identity
          try VolumeRecordFile.write(own, in: volume.path, base)
        }
      } catch {
        failUnlessLast(volume, error)
      }
    }
  }
}
