// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The marker file that names the MANIFEST in force; see the page *Formats/ManifestFormat*.
///
///     current = "MANIFEST-" digits " " format-version " " checksum LF
///
/// The checksum is the CRC32C of what stands before it, in eight hexadecimal digits. It is replaced by writing a
/// temporary file, syncing it, renaming it over the old one and syncing the directory; so a crash at any moment
/// leaves the old one or the new one.
package enum CurrentFile {
  /// The version of the store's format that this library writes.
  package static let formatVersion: UInt64 = 1

  private static let bytesMax = 256

  /// Names the MANIFEST `number`, durably.
  package static func write(
    _ number: UInt64, in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) {
    let temporary = FileNames.path(directory, .currentTemporary)
    if try fileSystem.exists(temporary) { try fileSystem.remove(temporary) }
    let file = try fileSystem.open(temporary, .createNew)
    let text = contents(number)
    try unsafe Array(text.utf8).withRawBytes { (bytes) throws(StoreError) in
      try unsafe file.write(bytes, at: 0)
    }
    try file.sync()
    file.close()
    try fileSystem.rename(temporary, to: FileNames.path(directory, .current))
    try fileSystem.syncDirectory(directory)
  }

  /// Reads which MANIFEST is in force; nil when there is no marker.
  package static func read(
    in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> UInt64? {
    let path = FileNames.path(directory, .current)
    guard try fileSystem.exists(path) else { return nil }
    let file = try fileSystem.open(path, .read)
    defer { file.close() }
    return try read(file)
  }

  /// Reads which MANIFEST a marker, or a copy of it, names.
  package static func read(_ file: any File) throws(StoreError) -> UInt64 {
    let path = file.path
    let text = String(decoding: try file.readUpTo(bytesMax, at: 0), as: UTF8.self)
    let parts = text.split(separator: " ")
    guard parts.count == 3, let version = UInt64(parts[1]),
      case .manifest(let number)? = FileNames(String(parts[0]))
    else { throw damaged(path) }
    if version > formatVersion {
      throw StoreError(
        .unsupportedFormat,
        "the store has format \(version); this version of Panjeon reads up to \(formatVersion): "
          + "open it with a newer one", file: path)
    }
    guard text == contents(number, version: version) else { throw damaged(path) }
    return number
  }

  private static func contents(_ number: UInt64, version: UInt64 = formatVersion) -> String {
    let text = "\(FileNames.manifest(number).name) \(version) "
    let crc = unsafe Array(text.utf8).withUnsafeBytes { unsafe Checksum.crc32c($0) }
    let digits = String(crc, radix: 16)
    return text + String(repeating: "0", count: 8 - digits.count) + digits + "\n"
  }

  private static func damaged(_ path: String) -> StoreError {
    StoreError(
      .corruption,
      "CURRENT does not name a MANIFEST; restore it, or write the name of the newest MANIFEST into it",
      file: path, offset: 0)
  }
}
