// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// How copies are made.
extension ReplicatedVolumes {
  /// Creates a file on a volume, in place of what has its name there.
  func createAnew(_ name: String, on volume: MountedVolume) throws(StoreError) -> any File {
    let path = volume.path(of: name)
    if try base.exists(path) { try base.remove(path) }
    return try base.open(path, .createNew)
  }

  /// Makes a copy of a file that is not being written, beside and renamed, and durable if its class asks for that.
  ///
  /// - Parameters:
  ///   - name: The file.
  ///   - source: A volume that has it.
  ///   - target: The volume that gets it.
  ///   - pacer: Keeps it to a rate.
  /// - Returns: Whether the copy is what the format says it should be; if not, the source's is damaged, and there is no copy.
  /// - Throws: `io`, `noSpace` of the target; of the source when it cannot be read; `closed` when the store is closed.
  func copy(
    _ name: String, from source: MountedVolume, to target: MountedVolume, _ pacer: inout ReadPacer
  ) throws(StoreError) -> Bool {
    let temporary = name + VolumeReconciliation.copySuffix
    let end = recordsEnd(of: name)
    let from = try base.open(source.path(of: name), .read)
    defer { from.close() }
    let to = try createAnew(temporary, on: target)
    do throws(StoreError) {
      defer { to.close() }
      try to.append(from: from, 0..<(try from.size()), &pacer)
      // A copy that counts once is believed for good, also by the next life of the machine.
      try to.sync()
    } catch {
      try? base.remove(target.path(of: temporary))
      throw error
    }
    guard try isSound(name, at: target.path(of: temporary), through: end, &pacer) else {
      try base.remove(target.path(of: temporary))
      return false
    }
    // A call that hung may return when the volume is somebody else's.
    try requireOpen()
    try base.rename(target.path(of: temporary), to: target.path(of: name))
    try base.syncDirectory(target.path)
    figures.copiesMade.add(1)
    figures.bytesCopied.add(map[name]?.bytes ?? 0)
    return true
  }

  /// Whether a file is what the format of its name says it should be: every block of an SSTable, every record of a log.
  ///
  /// - Parameters:
  ///   - name: The file's name.
  ///   - path: Where the copy is that is looked at, under whatever name.
  ///   - end: How far a log or MANIFEST must be whole at the least, see ``recordsEnd(of:)``.
  ///   - pacer: Keeps it to a rate.
  /// - Returns: Whether it is.
  /// - Throws: `io` when it cannot be read; `closed` when the store is closed.
  func isSound(
    _ name: String, at path: String, through end: UInt64, _ pacer: inout ReadPacer
  ) throws(StoreError) -> Bool {
    do throws(StoreError) {
      let file = try base.open(path, .read)
      defer { file.close() }
      switch FileNames(name) {
      case .table(let number)?:
        let table = try TableFile.open(
          file: file, number: number, cache: BlockCache(budget: MemoryBudget(totalBytes: 1 << 20)))
        var report = VerificationReport()
        var verifier = TableVerifier(table, table: "")
        try verifier.run(&pacer, into: &report)
        return report.findings.isEmpty
      case .log(let number)?, .manifest(let number)?:
        return try unsafe LogReader.read(file: file, number: number, end: nil) { _, _ in }.end
          >= end
      case .current?:
        _ = try CurrentFile.read(file)
        return true
      default: return true
      }
    } catch {
      if error.code == .corruption || error.code == .unsupportedFormat { return false }
      throw error
    }
  }

  /// How far the best copy of a log or MANIFEST is whole; 0 for other files.
  ///
  /// Rot in the last records looks like a write that was cut off: only beside the other copies it shows.
  func recordsEnd(of name: String) -> UInt64 {
    switch FileNames(name) {
    case .log?, .manifest?: break
    default: return 0
    }
    let places = (map[name]?.copies ?? []).filter { self[$0].isHealthy }
    let qualities = places.compactMap { try? CopyQuality(of: name, in: self[$0].path, base) }
    return qualities.map(\.extent).max() ?? 0
  }

  /// Whether two volumes have the same file.
  func areEqual(
    _ first: String, _ second: String, _ pacer: inout ReadPacer
  ) throws(StoreError) -> Bool {
    let one = try base.open(first, .read)
    defer { one.close() }
    let other = try base.open(second, .read)
    defer { other.close() }
    let size = try one.size()
    guard try other.size() == size else { return false }
    var offset: UInt64 = 0
    while offset < size {
      let bytes = try one.readUpTo(fileChunkBytes, at: offset)
      if try other.readUpTo(fileChunkBytes, at: offset) != bytes { return false }
      if bytes.isEmpty { return false }
      offset += UInt64(bytes.count)
      try pacer.read(2 * bytes.count)
    }
    return true
  }
}

/// How much of a file is copied or compared at a time.
private let fileChunkBytes = 256 << 10

extension File {
  /// Copies a part of another file to the same place of this one.
  ///
  /// Throws what reading and writing throw, and `closed` when the pacer ends it.
  func append(
    from source: any File, _ range: Range<UInt64>, _ pacer: inout ReadPacer
  ) throws(StoreError) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = Int(min(UInt64(fileChunkBytes), range.upperBound - offset))
      let bytes = try source.readUpTo(count, at: offset)
      guard bytes.count == count else {
        throw StoreError(
          .io, "the file has become shorter while it was copied", file: source.path, offset: offset)
      }
      let start = offset
      try unsafe bytes.withRawBytes { (bytes) throws(StoreError) in
        try unsafe self.write(bytes, at: start)
      }
      offset += UInt64(count)
      try pacer.read(count)
    }
  }
}
