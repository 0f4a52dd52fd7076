// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Finds out whether two paths lead to one directory: what is put there under one is found under the other.
struct VolumeMarks {
  private let fileSystem: any FileSystem

  init(_ fileSystem: any FileSystem) {
    self.fileSystem = fileSystem
  }

  /// Refuses two names of one directory among volumes of which one is empty; others have records, which tell.
  ///
  /// The volumes that are reachable are locked. Throws `invalidArgument`, `io`.
  func requireDistinct(_ inspections: [VolumeInspection]) throws(StoreError) {
    let reachable = inspections.filter(\.isReachable)
    // What a crash has left of a record is no mark.
    for inspection in reachable { try removeMark(inspection.volume) }
    for (place, inspection) in reachable.enumerated() {
      guard case .blank = inspection.finding else { continue }
      let volume = inspection.volume
      try putMark(volume)
      defer { try? removeMark(volume) }
      for (other, found) in reachable.enumerated() where other != place {
        if try hasMark(found.volume) { throw Self.oneDirectory(volume, found.volume) }
      }
    }
  }

  /// What to say of a volume whose lock is taken: it may be one of those that have been locked, under another path.
  func error(_ refusal: StoreError, of volume: Volume, locked: [Volume]) -> StoreError {
    do throws(StoreError) {
      // Somebody else may be about to replace a record.
      if try hasMark(volume) { return refusal }
      for other in locked {
        try removeMark(other)
        try putMark(other)
        defer { try? removeMark(other) }
        if try hasMark(volume) { return Self.oneDirectory(other, volume) }
      }
    } catch {
      // Whatever keeps that from being found out, the lock is taken.
    }
    return refusal
  }

  private static func oneDirectory(_ first: Volume, _ second: Volume) -> StoreError {
    StoreError(
      .invalidArgument,
      "volumes '\(first.name)' and '\(second.name)' are one directory under two paths; give each its own",
      file: second.path)
  }

  private func mark(_ volume: Volume) -> String {
    volume.path + "/" + VolumeRecordFile.temporaryName
  }

  private func hasMark(_ volume: Volume) throws(StoreError) -> Bool {
    try fileSystem.exists(mark(volume))
  }

  private func putMark(_ volume: Volume) throws(StoreError) {
    try fileSystem.open(mark(volume), .createNew).close()
  }

  private func removeMark(_ volume: Volume) throws(StoreError) {
    if try hasMark(volume) { try fileSystem.remove(mark(volume)) }
  }
}
