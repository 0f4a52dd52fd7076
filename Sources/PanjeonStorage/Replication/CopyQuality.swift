// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// How far a copy of a file is whole, by what its format says.
package struct CopyQuality: Hashable, Sendable, Comparable {
  /// Whether nothing of it is known to be damaged.
  package var isSound: Bool
  /// How far it is whole: an offset, or the number that `CURRENT` names.
  package var extent: UInt64
  /// How long it is.
  package var bytes: UInt64

  package static func < (one: CopyQuality, other: CopyQuality) -> Bool {
    if one.isSound != other.isSound { return !one.isSound }
    return one.extent < other.extent
  }

  /// Looks at a copy.
  ///
  /// Throws `io` when it cannot be read.
  package init(
    of name: String, in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) {
    let file = try fileSystem.open(directory + "/" + name, .read)
    defer { file.close() }
    bytes = try file.size()
    do throws(StoreError) {
      switch FileNames(name) {
      case .current?: extent = try CurrentFile.read(in: directory, fileSystem) ?? 0
      case .log(let number)?, .manifest(let number)?:
        extent = try unsafe LogReader.read(file: file, number: number, end: nil) { _, _ in }.end
      default: extent = bytes
      }
      isSound = true
    } catch {
      if error.code == .io { throw error }
      isSound = false
      extent = 0
    }
  }

  /// Looks only at how long a copy is: of an SSTable, which is written from front to back and whose blocks have checksums.
  package init(
    lengthOf name: String, in directory: String, _ fileSystem: any FileSystem
  ) throws(StoreError) {
    let file = try fileSystem.open(directory + "/" + name, .read)
    defer { file.close() }
    bytes = try file.size()
    extent = bytes
    isSound = true
  }
}
