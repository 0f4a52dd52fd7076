// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension EmbeddedStore {
  /// Adds a backup of this store, as it is now, to a directory; durable when it returns.
  ///
  /// The backup holds exactly the commits up to one moment between call and return, all of those acknowledged before the
  /// call among them. Only SSTables that the directory does not hold yet are copied (never linked: a backup is another
  /// disk's), and each copy is read through. The backup comes to be by one step: a crash before it leaves the earlier
  /// backups as they are, and files that the next backup removes. Commits, flush and compaction go on while files are
  /// copied. See <doc:Backup>.
  ///
  /// - Parameters:
  ///   - directory: Where the backup goes; created if it is missing. Not within the store's own directory.
  ///   - label: What to call it, for people; at most 1,024 bytes.
  /// - Returns: The backup, and what it took.
  /// - Throws: `limitExceeded` for a longer label; `invalidArgument` when the directory holds other things than backups, or lies within the store's;
  ///   `writableByOthers` when others could change it; `locked` while another backup or deletion is under way in it;
  ///   `corruption` when a file of this store, or the description of a backup in the directory, is damaged; `readOnly`,
  ///   `io`, `noSpace`, `closed`.
  public func backUp(
    to directory: BackupDirectory, label: String = ""
  ) async throws(StoreError) -> BackupReport {
    try requireOpen()
    let background = try requireWritable()
    if label.utf8.count > BackupDescription.labelBytesMax {
      throw StoreError(
        .limitExceeded,
        "a label of \(label.utf8.count) bytes; at most \(BackupDescription.labelBytesMax)")
    }
    try StoreDirectory.requireOutside(directory.path, of: self.directory)
    let logger = configuration.logger
    let createdAt = configuration.timeSource.presentMicroseconds()
    let writer = try await Self.blocking { () throws(StoreError) in
      try BackupWriter(directory.path, directory.fileSystem, logger)
    }
    defer { writer.finish() }
    let source = try await background.regions.run { _ throws(StoreError) in
      try background.holdMoment()
    }
    return try await Self.blocking { [lifecycle] () throws(StoreError) in
      var pacer = ReadPacer(pause: { _ in !lifecycle.isOpen })
      return try writer.run(source, label: label, createdAt: createdAt, &pacer)
    }
  }
}
