// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// The names within a directory of values; the page `Blobs` describes them.
enum BlobDirectoryNames {
  /// By how many of a key's digits files are spread over directories.
  static let fanDigits = 2

  /// The directories of values: `00` to `ff`.
  static let fans: [String] = (0..<256).map { number in
    let digits = String(number, radix: 16)
    return number < 16 ? "0" + digits : digits
  }

  static let lock = "LOCK"
  static let format = "FORMAT"
  static let newFormat = "FORMAT.new"
  static let formatText = "panjeon-blobs 1\n"

  static func temporary(in path: String) -> String { "\(path)/temporary" }

  static let all = Set(fans + [lock, format, newFormat, "temporary"])
}

extension BlobDirectory {
  /// Opens a directory, creating it if it is missing.
  static func open(
    _ path: String, in fileSystem: any FileSystem
  ) throws(BlobError) -> BlobDirectory {
    do throws(StoreError) {
      try fileSystem.createDirectory(path)
      if try fileSystem.isWritableByOthers(path) {
        throw StoreError(.writableByOthers, "others may change the directory", file: path)
      }
      let lock = try fileSystem.lock("\(path)/\(BlobDirectoryNames.lock)")
      do throws(StoreError) {
        try prepare(path, in: fileSystem)
      } catch {
        lock.unlock()
        throw error
      }
      return BlobDirectory(path: path, fileSystem: fileSystem, lock: lock)
    } catch {
      guard error.code == .notAStore || error.code == .writableByOthers else {
        throw BlobError(error)
      }
      throw BlobError(.misconfigured, error.message, cause: error)
    }
  }

  private static func prepare(
    _ path: String, in fileSystem: any FileSystem
  ) throws(StoreError) {
    let format = "\(path)/\(BlobDirectoryNames.format)"
    if try fileSystem.exists(format) {
      try checkFormat(format, in: fileSystem)
    } else {
      try create(path, in: fileSystem)
    }
    let temporary = BlobDirectoryNames.temporary(in: path)
    for name in try fileSystem.list(temporary) { try fileSystem.remove("\(temporary)/\(name)") }
  }

  private static func checkFormat(
    _ path: String, in fileSystem: any FileSystem
  ) throws(StoreError) {
    let file = try fileSystem.open(path, .read)
    defer { file.close() }
    let expected = Array(BlobDirectoryNames.formatText.utf8)
    guard try file.readUpTo(expected.count + 1, at: 0) == expected else {
      throw StoreError(
        .notAStore, "the directory is of another format, or of a newer version's", file: path)
    }
  }

  /// Makes all directories, durably, and says so last: where `FORMAT` is, nothing is missing.
  private static func create(
    _ path: String, in fileSystem: any FileSystem
  ) throws(StoreError) {
    for name in try fileSystem.list(path) where !BlobDirectoryNames.all.contains(name) {
      throw StoreError(
        .notAStore, "the directory holds other files, such as \(name); name an empty one",
        file: path)
    }
    try fileSystem.createDirectory(BlobDirectoryNames.temporary(in: path))
    for fan in BlobDirectoryNames.fans { try fileSystem.createDirectory("\(path)/\(fan)") }
    try fileSystem.syncDirectory(path)
    let new = "\(path)/\(BlobDirectoryNames.newFormat)"
    if try fileSystem.exists(new) { try fileSystem.remove(new) }
    let file = try fileSystem.open(new, .createNew)
    defer { file.close() }
    try unsafe Array(BlobDirectoryNames.formatText.utf8).withRawBytes {
      (bytes) throws(StoreError) in
      try unsafe file.write(bytes, at: 0)
    }
    try file.sync()
    try fileSystem.rename(new, to: "\(path)/\(BlobDirectoryNames.format)")
    try fileSystem.syncDirectory(path)
    try fileSystem.syncDirectory(BlobPaths.parent(of: path))
  }
}
