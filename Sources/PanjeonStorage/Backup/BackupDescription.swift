// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a backup consists of: one file of a backup directory; see the page *Formats/BackupFormat*.
package struct BackupDescription: Hashable, Sendable {
  /// One SSTable of it.
  package struct File: Hashable, Sendable {
    /// The number it has in the store.
    package var number: UInt64
    package var bytes: UInt64
    /// The CRC32C of all its bytes.
    package var checksum: UInt32
    /// The hash (``RowHash``) of its last bytes (``BackupDescription/tailBytes``), by which the store's file is known again
    /// without being read.
    ///
    /// No CRC32C: over parts that end with their own it is the same whatever they hold.
    package var tailHash: UInt64

    package init(number: UInt64, bytes: UInt64, checksum: UInt32, tailHash: UInt64) {
      self.number = number
      self.bytes = bytes
      self.checksum = checksum
      self.tailHash = tailHash
    }
  }

  /// How many bytes at the end of a file are its tail: its properties and the end of its index at the least.
  package static let tailBytes: UInt64 = 64 << 10

  package var number: UInt64
  /// When it was made, by the wall clock, in microseconds since 1970.
  package var createdAt: Int64
  package var label: String
  /// One edit that leads from nothing to the state of the store.
  package var edit: VersionEdit
  /// By number.
  package var files: [File]

  package init(
    number: UInt64, createdAt: Int64, label: String, edit: VersionEdit, files: [File]
  ) {
    self.number = number
    self.createdAt = createdAt
    self.label = label
    self.edit = edit
    self.files = files
  }

  /// The life of the store that it was made of.
  package var incarnation: StoreIncarnation { edit.incarnation ?? .unknown }

  /// The name of the copy of one of its files.
  func name(of file: File) -> BackupNames {
    .table(
      BackupTableName(incarnation: incarnation, number: file.number, tailHash: file.tailHash))
  }

  /// The state of the store.
  ///
  /// Throws `corruption` when it contradicts itself, or names other files than the description.
  package func state(path: String) throws(StoreError) -> VersionState {
    var state = VersionState()
    do throws(StoreError) {
      try state.apply(edit)
    } catch {
      throw StoreError(.corruption, error.message, file: path, offset: 0)
    }
    guard state.incarnation != nil, state.fileNumbers == Set(files.map(\.number)),
      state.fileNumbers.count == files.count
    else {
      throw StoreError(
        .corruption, "the backup's description names other files than its state", file: path,
        offset: 0)
    }
    return state
  }
}
