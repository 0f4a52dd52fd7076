// SPDX-License-Identifier: Apache-2.0

/// A file that is written no more, and what there is of it on each volume.
package struct FileCopies: Hashable, Sendable {
  package var name: String
  /// The length of a whole copy.
  package var bytes: UInt64
  /// At most one for each volume.
  package var copies: [CopyState]

  package init(name: String, bytes: UInt64, copies: [CopyState]) {
    self.name = name
    self.bytes = bytes
    self.copies = copies
  }
}

/// What a volume has of a file.
package struct CopyState: Hashable, Sendable {
  /// The volume's name.
  package var volume: String
  /// Whether it is as long as it should be.
  package var isComplete: Bool
  /// Whether a part of it has failed its checksum, or could not be read.
  package var isDamaged: Bool

  package init(volume: String, isComplete: Bool = true, isDamaged: Bool = false) {
    self.volume = volume
    self.isComplete = isComplete
    self.isDamaged = isDamaged
  }

  package var isGood: Bool { isComplete && !isDamaged }
}
