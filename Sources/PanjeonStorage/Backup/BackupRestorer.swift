// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import WideColumn

/// Makes a store of a backup.
struct BackupRestorer {
  private let backups: String
  private let source: any FileSystem
  private let directory: String
  private let configuration: StoreConfiguration
  private let target: any FileSystem

  init(
    _ backups: String, _ source: any FileSystem, to directory: String,
    _ configuration: StoreConfiguration
  ) {
    self.backups = backups
    self.source = source
    self.directory = directory
    self.configuration = configuration
    target = configuration.fileSystem
  }

  /// Makes a store of backup `number`.
  ///
  /// Files first, their names synced; then the MANIFEST, and `CURRENT` last: a crash before that leaves no store.
  ///
  /// Throws `invalidArgument`, `writableByOthers`, `corruption`, `unsupportedFormat`, `io`, `noSpace`.
  func run(_ number: UInt64) throws(StoreError) -> StoreIncarnation {
    try BackupListing(backups, source).requireBackup(number)
    try BackupWriter.requireOwn(backups, source)
    let description = try BackupListing.read(number, in: backups, source)
    var state = try description.state(path: BackupNames.description(number).name)
    state.renewIncarnation(configuration.randomNumber)
    try prepareDirectory()
    do throws(StoreError) {
      for file in description.files { try restore(file, of: description) }
      try target.syncDirectory(directory)
      try target.syncDirectory(Checkpoint.parent(of: directory))
      var manifest = try Manifest(
        number: 1, state: state, directory: directory, fileSystem: target)
      try manifest.close()
    } catch {
      target.removeUnfinishedStore(directory, configuration.logger)
      throw error
    }
    return state.incarnation ?? .unknown
  }

  private func prepareDirectory() throws(StoreError) {
    try target.createDirectory(directory)
    try BackupWriter.requireOwn(directory, target)
    if let name = try target.list(directory).first {
      throw StoreError(
        .invalidArgument,
        "a backup is restored to an empty directory; there is '\(name)' in it", file: directory)
    }
  }

  private func restore(
    _ file: BackupDescription.File, of description: BackupDescription
  ) throws(StoreError) {
    let path = BackupNames.path(backups, description.name(of: file))
    let copy = try source.open(path, .read)
    defer { copy.close() }
    let new = try target.open(FileNames.path(directory, .table(file.number)), .createNew)
    defer { new.close() }
    var pacer = ReadPacer()
    let (checksum, bytes) = try FileCopy.copy(
      file.bytes,
      { (range) throws(StoreError) in try copy.readUpTo(range.count, at: range.lowerBound) },
      to: new, &pacer)
    guard checksum == file.checksum, bytes == file.bytes else {
      throw StoreError(
        .corruption,
        "a file of the backup is damaged: its checksum or its length is wrong; restore another backup",
        file: path, offset: 0)
    }
  }
}
