// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a backup directory holds: the descriptions of its backups, and the files beside them.
struct BackupListing {
  let directory: String
  private let fileSystem: any FileSystem

  /// By number.
  private(set) var descriptions: [BackupDescription] = []
  /// The backups whose descriptions cannot be read, and why.
  private(set) var damaged: [(number: UInt64, error: StoreError)] = []
  /// All names.
  private let names: [String]

  /// Reads the descriptions.
  ///
  /// Throws `invalidArgument` when there is no such directory, `io` when it cannot be read; what is amiss with one backup is kept.
  init(_ directory: String, _ fileSystem: any FileSystem) throws(StoreError) {
    self.directory = directory
    self.fileSystem = fileSystem
    guard try fileSystem.exists(directory) else {
      throw StoreError(
        .invalidArgument, "there is no directory of backups here; check the path", file: directory)
    }
    names = try fileSystem.list(directory)
    var numbers: [UInt64] = []
    for name in names {
      if case .description(let number)? = BackupNames(name) { numbers.append(number) }
    }
    for number in numbers.sorted() {
      do throws(StoreError) {
        descriptions.append(try Self.read(number, in: directory, fileSystem))
      } catch {
        damaged.append((number, error))
      }
    }
  }

  /// The numbers of all backups, those included whose descriptions cannot be read; ascending.
  var numbers: [UInt64] { (descriptions.map(\.number) + damaged.map(\.number)).sorted() }

  /// A name that is none of a backup directory's.
  var foreignName: String? { names.first { BackupNames($0) == nil } }

  /// Reads one description.
  ///
  /// Throws `corruption`, `unsupportedFormat`, `io`.
  static func read(
    _ number: UInt64, in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> BackupDescription {
    let path = BackupNames.path(directory, .description(number))
    let file = try fileSystem.open(path, .read)
    defer { file.close() }
    let size = try file.size()
    guard size <= UInt64(BackupDescription.bytesMax) else {
      throw StoreError(
        .corruption,
        "the description of the backup has \(size) bytes; it has at most \(BackupDescription.bytesMax)",
        file: path, offset: UInt64(BackupDescription.bytesMax))
    }
    let description = try BackupDescription.decode(
      try file.readUpTo(Int(size), at: 0), path: path)
    guard description.number == number else {
      throw StoreError(
        .corruption, "the file describes backup \(description.number); give it back its name",
        file: path, offset: 0)
    }
    return description
  }

  /// Removes the copies that no backup names, and what was being written when somebody was stopped; returns how many.
  ///
  /// Nothing while a description cannot be read: it may name them. The directory is synced first: the removal of a
  /// description may not be on disk yet, and were it undone by a power cut, the backup would be there without its files.
  ///
  /// Throws `io`.
  func removeOrphans() throws(StoreError) -> Int {
    guard damaged.isEmpty else { return 0 }
    var named: Set<String> = []
    for description in descriptions {
      named.formUnion(description.files.map { description.name(of: $0).name })
    }
    var orphans: [String] = []
    for name in names {
      switch BackupNames(name) {
      case .table? where !named.contains(name): orphans.append(name)
      case .descriptionTemporary?, .tableTemporary?: orphans.append(name)
      default: continue
      }
    }
    guard !orphans.isEmpty else { return 0 }
    try fileSystem.syncDirectory(directory)
    for name in orphans { try fileSystem.remove(directory + "/" + name) }
    try fileSystem.syncDirectory(directory)
    return orphans.count
  }
}
