// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// The file `VOLUME`, which holds a volume's record; it is replaced as `CURRENT` is.
package enum VolumeRecordFile {
  package static let name = "VOLUME"
  package static let temporaryName = "VOLUME.tmp"

  /// Replaces the record, durably.
  package static func write(
    _ record: VolumeRecord, in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) {
    let temporary = directory + "/" + temporaryName
    if try fileSystem.exists(temporary) { try fileSystem.remove(temporary) }
    let file = try fileSystem.open(temporary, .createNew)
    defer { file.close() }
    try unsafe record.encode().withRawBytes { (bytes) throws(StoreError) in
      try unsafe file.write(bytes, at: 0)
    }
    try file.sync()
    try fileSystem.rename(temporary, to: directory + "/" + name)
    try fileSystem.syncDirectory(directory)
  }

  /// Reads the record; nil when there is none.
  ///
  /// Throws `corruption`, `unsupportedFormat`, `io`.
  package static func read(
    in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) -> VolumeRecord? {
    let path = directory + "/" + name
    guard try fileSystem.exists(path) else { return nil }
    let file = try fileSystem.open(path, .read)
    defer { file.close() }
    return try VolumeRecord.decode(
      try file.readUpTo(VolumeRecord.bytesMax + 1, at: 0), file: path)
  }
}
