// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How much room the volumes have, asked now and then and reckoned in between.
extension ReplicatedVolumes {
  /// Who places a file that no volume has room for waits no longer for newer answers.
  private static let patience = Duration.seconds(1)

  /// Asks the volumes again of which the answers are old; nobody waits.
  func askForRoom() {
    let now = clock.monotonicNanoseconds()
    for volume in mounted where volume.takeIsRoomDue(at: now) { measure(volume, then: {}) }
  }

  /// Asks some volumes, and waits a little for their answers.
  func measureRoom(_ isAsked: (MountedVolume) -> Bool) {
    let now = clock.monotonicNanoseconds()
    let volumes = mounted.filter { $0.isHealthy && isAsked($0) }
    if volumes.isEmpty { return }
    for volume in volumes { _ = volume.takeIsRoomDue(at: now) }
    let answers = VolumeAnswers<Void>(count: volumes.count)
    for (number, volume) in volumes.enumerated() {
      measure(volume) { answers.set(number, .success(())) }
    }
    _ = answers.wait(timeout: min(timeout, Self.patience))
  }

  private func measure(_ volume: MountedVolume, then: @escaping @Sendable () -> Void) {
    let isAsked = volume.submit { [base, map] in
      // What cannot be asked is unknown; whether the volume has failed, other calls find out.
      let free = (try? base.freeBytes(volume.path)) ?? nil
      volume.noteRoom(free: free, used: map.bytesUsed(on: volume.place))
      then()
    }
    if !isAsked { then() }
  }

  /// How long a file is taken to become when its place is chosen, and until it is written.
  func bytesExpected(of name: String) -> UInt64 {
    switch FileNames(name) {
    case .log?: UInt64(fileSizes.logSegment)
    case .table?: UInt64(fileSizes.table)
    case .manifest?: 4 << 20
    // Small, and without it a volume that has the rest has nothing.
    case .current?, .currentTemporary?, .lock?, nil: 0
    }
  }

  /// How much the files that are being written may still take, by place.
  func bytesReserved(volumes count: Int) -> [UInt64] {
    var reserved = [UInt64](repeating: 0, count: count)
    for (name, entry) in map.beingWritten {
      let expected = bytesExpected(of: name)
      let written = max(entry.bytes, segment(name)?.bytesWritten ?? 0)
      guard expected > written else { continue }
      for place in entry.copies where place < count { reserved[place] += expected - written }
    }
    return reserved
  }
}

/// How long files become, by the store's configuration, in bytes.
struct FileSizes: Sendable {
  let logSegment: Int
  let table: Int

  init(_ configuration: StoreConfiguration) {
    logSegment = configuration.logSegmentBytes
    table = max(configuration.tableFileBytesMax, configuration.memtableBytesMax)
  }
}

extension PlacementDecision {
  /// Whether a volume is left out because it has not enough room.
  var lacksRoom: Bool { reasons.keys.contains(where: lacksRoom) }

  /// Whether that volume is.
  func lacksRoom(on volume: String) -> Bool {
    if case .noRoom? = reasons[volume] { true } else { false }
  }
}
