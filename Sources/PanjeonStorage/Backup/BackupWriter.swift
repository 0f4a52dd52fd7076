// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import WideColumn

/// Adds a backup to a directory.
///
/// The article *Backup* states the steps and what a crash between any two of them leaves behind.
struct BackupWriter: Sendable {
  private let directory: String
  private let fileSystem: any FileSystem
  private let lock: any FileLock
  private let logger: Logger
  private let orphansRemoved: Int
  private let number: UInt64
  private let earlier: [BackupDescription]

  /// Takes the directory, creating it if it is missing, and tidies it up.
  ///
  /// Throws `invalidArgument` when it holds other things, `writableByOthers`, `locked`; `corruption` when the description
  /// of a backup in it cannot be read; `io`, `noSpace`.
  init(_ directory: String, _ fileSystem: any FileSystem, _ logger: Logger) throws(StoreError) {
    self.directory = directory
    self.fileSystem = fileSystem
    self.logger = logger
    try fileSystem.createDirectory(directory)
    try Self.requireOwn(directory, fileSystem)
    let unlocked = try BackupListing(directory, fileSystem)
    if let name = unlocked.foreignName {
      throw StoreError(
        .invalidArgument,
        "a backup directory holds nothing but backups; there is '\(name)' in it: give another",
        file: directory)
    }
    lock = try Self.lock(directory, fileSystem)
    do throws(StoreError) {
      let listing = try BackupListing(directory, fileSystem)
      if let damaged = listing.damaged.first { throw damaged.error }
      orphansRemoved = try listing.removeOrphans()
      number = (listing.numbers.last ?? 0) + 1
      earlier = listing.descriptions
    } catch {
      lock.unlock()
      throw error
    }
  }

  /// Refuses a directory whose contents others could have chosen.
  static func requireOwn(
    _ directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) {
    guard try fileSystem.isWritableByOthers(directory) else { return }
    throw StoreError(
      .writableByOthers, "others than this user may write to the directory; give another",
      file: directory)
  }

  static func lock(
    _ directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> any FileLock {
    do throws(StoreError) {
      return try fileSystem.lock(BackupNames.path(directory, .lock))
    } catch {
      if error.code != .locked { throw error }
      throw StoreError(
        .locked, "another backup or deletion is under way in the directory; try again after it",
        file: directory, cause: error)
    }
  }

  /// Gives the directory up.
  func finish() {
    lock.unlock()
  }

  /// Copies what no earlier backup holds, and then lets the backup be.
  ///
  /// - Parameters:
  ///   - source: The store's moment.
  ///   - label: What to call it.
  ///   - createdAt: When it is made, in microseconds since 1970.
  ///   - pacer: Ends it when the store closes.
  /// - Returns: What it took.
  /// - Throws: `corruption` when a file of the store is damaged; `limitExceeded`, `io`, `noSpace`, `closed`. The
  ///   directory then holds the backups that it held.
  func run(
    _ source: BackupSource, label: String, createdAt: Int64, _ pacer: inout ReadPacer
  ) throws(StoreError) -> BackupReport {
    var copied: [String] = []
    let description: BackupDescription
    let bytesCopied: UInt64
    let encoded: [UInt8]
    do throws(StoreError) {
      (description, bytesCopied) = try copy(source, label, createdAt, &copied, &pacer)
      encoded = try encode(description)
    } catch {
      remove(copied)
      throw error
    }
    // From here on the backup may be there, whatever fails: its files stay.
    try write(encoded)
    var report = BackupReport(backup: BackupInfo(description))
    report.filesCopied = copied.count
    report.bytesCopied = bytesCopied
    report.orphansRemoved = orphansRemoved
    return report
  }

  private func copy(
    _ source: BackupSource, _ label: String, _ createdAt: Int64, _ copied: inout [String],
    _ pacer: inout ReadPacer
  ) throws(StoreError) -> (BackupDescription, UInt64) {
    var description = BackupDescription(
      number: number, createdAt: createdAt, label: label, edit: source.state.snapshotEdit(),
      files: [])
    var bytes: UInt64 = 0
    for record in source.records.sorted(by: { $0.number < $1.number }) {
      guard let table = source.tables[record.number] else {
        preconditionFailure("the source holds every file of its state")
      }
      let tail = try tailHash(of: table)
      if let held = try held(record, tail, of: description) {
        description.files.append(held)
        continue
      }
      let copier = BackupTableWriter(directory, fileSystem)
      let file = try copier.run(record, table, tailHash: tail, &pacer)
      let name = description.name(of: file)
      try fileSystem.rename(
        BackupNames.path(directory, .tableTemporary), to: BackupNames.path(directory, name))
      copied.append(name.name)
      description.files.append(file)
      bytes += file.bytes
    }
    try fileSystem.syncDirectory(directory)
    try fileSystem.syncDirectory(Checkpoint.parent(of: directory))
    return (description, bytes)
  }

  /// The copy that an earlier backup has of a file, if it is still there.
  private func held(
    _ record: FileRecord, _ tail: UInt64, of description: BackupDescription
  ) throws(StoreError) -> BackupDescription.File? {
    let known = earlier.filter { $0.incarnation == description.incarnation }
      .flatMap(\.files)
      .first {
        $0.number == record.number && $0.bytes == record.fileBytes && $0.tailHash == tail
      }
    guard let known else { return nil }
    let path = BackupNames.path(directory, description.name(of: known))
    guard try fileSystem.exists(path) else { return nil }
    let file = try fileSystem.open(path, .read)
    defer { file.close() }
    return try file.size() == known.bytes ? known : nil
  }

  private func tailHash(of table: TableFile) throws(StoreError) -> UInt64 {
    let size = table.fileBytes
    let tail = try table.readBytes((size - min(size, BackupDescription.tailBytes))..<size)
    return unsafe tail.withUnsafeBytes { unsafe RowHash.hash($0) }
  }

  /// Makes the backup real: written under another name and synced, it gets its own by one rename.
  private func write(_ bytes: [UInt8]) throws(StoreError) {
    let temporary = BackupNames.path(directory, .descriptionTemporary)
    let file = try fileSystem.open(temporary, .createNew)
    defer { file.close() }
    try unsafe bytes.withRawBytes { (bytes) throws(StoreError) in
      try unsafe file.write(bytes, at: 0)
    }
    try file.sync()
    try fileSystem.rename(temporary, to: BackupNames.path(directory, .description(number)))
    try fileSystem.syncDirectory(directory)
  }

  private func encode(_ description: BackupDescription) throws(StoreError) -> [UInt8] {
    let bytes = description.encode()
    guard bytes.count <= BackupDescription.bytesMax else {
      throw StoreError(
        .limitExceeded,
        "a description of \(bytes.count) bytes; at most \(BackupDescription.bytesMax)",
        file: directory)
    }
    return bytes
  }

  /// Removes the copies of a backup that has come to nothing, lest they take the space that was lacking.
  private func remove(_ copied: [String]) {
    let temporary = BackupNames.path(directory, .tableTemporary)
    do throws(StoreError) {
      if try fileSystem.exists(temporary) { try fileSystem.remove(temporary) }
      for name in copied { try fileSystem.remove(directory + "/" + name) }
    } catch {
      logger.warning(
        "copies of an unfinished backup stay behind; the next one removes them",
        metadata: ["error": "\(error)"])
    }
  }
}
