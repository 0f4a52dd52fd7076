// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Removes a backup, and the files that no other one names.
struct BackupDeletion {
  private let directory: String
  private let fileSystem: any FileSystem

  init(_ directory: String, _ fileSystem: any FileSystem) {
    self.directory = directory
    self.fileSystem = fileSystem
  }

  /// Removes backup `number`.
  ///
  /// First its description, durably: from then on it is gone, and its files are orphans, which the next backup or
  /// deletion removes if this one is stopped.
  ///
  /// Throws `invalidArgument` when there is no such backup; `locked`, `io`.
  func run(_ number: UInt64) throws(StoreError) {
    let listing = try BackupListing(directory, fileSystem)
    try listing.requireBackup(number)
    let lock = try BackupWriter.lock(directory, fileSystem)
    defer { lock.unlock() }
    try fileSystem.remove(BackupNames.path(directory, .description(number)))
    try fileSystem.syncDirectory(directory)
    _ = try BackupListing(directory, fileSystem).removeOrphans()
  }
}

extension BackupListing {
  /// Throws `invalidArgument` when there is no such backup.
  func requireBackup(_ number: UInt64) throws(StoreError) {
    let numbers = numbers
    if numbers.contains(number) { return }
    let known = numbers.isEmpty ? "none" : numbers.map(String.init).joined(separator: ", ")
    throw StoreError(
      .invalidArgument, "there is no backup \(number) in the directory; there are: \(known)",
      file: directory)
  }
}
