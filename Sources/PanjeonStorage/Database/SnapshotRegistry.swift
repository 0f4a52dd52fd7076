// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The sequences that open snapshots read at: what flush and compaction must keep.
package final class SnapshotRegistry: Sendable {
  private let counts = Mutex<[UInt64: Int]>([:])
  private let limit: Int

  package init(limit: Int) {
    self.limit = limit
  }

  /// Pins the sequence that `read` returns.
  ///
  /// The sequence is read under the registry's lock, so that no compaction can choose what to keep between the
  /// reading and the pinning.
  package func pin(_ read: () -> UInt64) throws(StoreError) -> UInt64 {
    let pinned: UInt64? = counts.withLock { counts in
      guard counts.count < limit else { return nil }
      let sequence = read()
      counts[sequence, default: 0] += 1
      return sequence
    }
    guard let pinned else {
      throw StoreError(.limitExceeded, "\(limit) snapshots are open; release some")
    }
    return pinned
  }

  package func unpin(_ sequence: UInt64) {
    counts.withLock { counts in
      guard let count = counts[sequence] else {
        preconditionFailure("a snapshot was released twice")
      }
      counts[sequence] = count == 1 ? nil : count - 1
    }
  }

  /// The pinned sequences and the present one, ascending, without repeats.
  package func sequencesToKeep(_ readPresent: () -> UInt64) -> [UInt64] {
    counts.withLock { counts in
      var sequences = Set(counts.keys)
      sequences.insert(readPresent())
      return sequences.sorted()
    }
  }

  /// How many snapshots are open, and the oldest of them.
  package var summary: (count: Int, oldest: UInt64?) {
    counts.withLock { counts in
      (counts.values.reduce(0, +), counts.keys.min())
    }
  }
}

/// A moment of an embedded store to read at.
///
/// Pins every version visible at that moment until its last reference is gone.
public final class StoreSnapshot: Sendable {
  /// The sequence of the last change that is visible.
  public let sequence: UInt64

  private let registry: SnapshotRegistry

  package init(registry: SnapshotRegistry, _ read: () -> UInt64) throws(StoreError) {
    sequence = try registry.pin(read)
    self.registry = registry
  }

  deinit {
    registry.unpin(sequence)
  }
}
