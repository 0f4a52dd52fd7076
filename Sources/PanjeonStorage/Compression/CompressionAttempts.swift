// SPDX-License-Identifier: Apache-2.0

/// Which blocks of a file are worth trying to compress.
///
/// What has not become smaller enough several times in a row (pictures, what is encrypted) will not the next time either: then
/// one block in eight is tried, and all of them again as soon as one is compressed. The idea is that of file systems that compress
/// (ZFS gives up early, Btrfs looks at a sample).
package struct CompressionAttempts {
  /// After how many failures in a row blocks are skipped, and how many then for each that is tried.
  package static let failuresMax = 8
  package static let skippedMax = 7

  private var failures = 0
  private var skipped = 0

  package init() {}

  /// Whether the next block is tried; the answer is noted if it is.
  package mutating func isNextTried() -> Bool {
    if failures < Self.failuresMax || skipped == Self.skippedMax {
      skipped = 0
      return true
    }
    skipped += 1
    return false
  }

  /// Takes note of what became of a block that was tried.
  package mutating func note(_ isCompressed: Bool) {
    failures = isCompressed ? 0 : failures + 1
  }
}
