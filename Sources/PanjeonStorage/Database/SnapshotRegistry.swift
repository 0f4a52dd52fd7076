// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// A moment that open snapshots read at, and what flush and compaction must keep for it.
package struct PinnedMoment: Hashable, Sendable {
  package var sequence: UInt64

  /// By which the snapshot judges what has expired; of several snapshots the earliest.
  package var time: Int64

  package init(sequence: UInt64, time: Int64) {
    self.sequence = sequence
    self.time = time
  }
}

/// The moments that open snapshots read at: what flush and compaction must keep.
package final class SnapshotRegistry: Sendable {
  private struct Pins {
    var count = 0
    /// Of the first of them: a compaction that keeps what it sees keeps what the others see.
    var time: Int64
    /// How many removals of rows had been made when the first of them was taken.
    var removals: UInt64
  }

  private let pins = Mutex<[UInt64: Pins]>([:])
  private let limit: Int
  package let clock: StoreClock

  /// How many removals of ranges of rows have been made: a snapshot sees those that were made before it was taken.
  package let removals = AtomicNumber(0)

  package init(limit: Int, clock: StoreClock) {
    self.limit = limit
    self.clock = clock
  }

  /// Pins the sequence that `read` returns, now.
  ///
  /// The sequence is read under the registry's lock, so that no compaction can choose what to keep between the
  /// reading and the pinning.
  ///
  /// - Parameter read: Reads the sequence.
  /// - Returns: The moment, and how many removals of rows have been made before it.
  /// - Throws: `limitExceeded` when too many snapshots are open.
  package func pin(
    _ read: () -> UInt64
  ) throws(StoreError) -> (moment: PinnedMoment, removals: UInt64) {
    let pinned: (moment: PinnedMoment, removals: UInt64)? = pins.withLock { pins in
      guard pins.count < limit else { return nil }
      let moment = PinnedMoment(sequence: read(), time: clock.now())
      let removals = removals.value
      pins[moment.sequence, default: Pins(time: moment.time, removals: removals)].count += 1
      return (moment, removals)
    }
    guard let pinned else {
      throw StoreError(.limitExceeded, "\(limit) snapshots are open; release some")
    }
    return pinned
  }

  package func unpin(_ sequence: UInt64) {
    pins.withLock { pins in
      guard let count = pins[sequence]?.count else {
        preconditionFailure("a snapshot was released twice")
      }
      if count == 1 { pins[sequence] = nil } else { pins[sequence]?.count = count - 1 }
    }
  }

  /// The pinned moments and the present one, by sequence, without repeats.
  ///
  /// The time of each is that of the earliest of those behind it, too: what a snapshot at a greater sequence still has to see,
  /// taken earlier at another level, must not be judged by the time of a later one.
  package func momentsToKeep(_ readPresent: () -> UInt64) -> [PinnedMoment] {
    pins.withLock { pins in
      var times = pins.mapValues(\.time)
      let (present, now) = (readPresent(), clock.now())
      times[present] = min(times[present] ?? now, now)
      var moments = times.map { PinnedMoment(sequence: $0.key, time: $0.value) }
      moments.sort { $0.sequence < $1.sequence }
      for index in moments.indices.dropLast().reversed() {
        moments[index].time = min(moments[index].time, moments[index + 1].time)
      }
      return moments
    }
  }

  /// The least number of removals that an open snapshot, or one to come, has before it.
  package var oldestRemovals: UInt64 {
    pins.withLock { pins in min(pins.values.map(\.removals).min() ?? .max, removals.value) }
  }

  /// How many snapshots are open, and the oldest of them.
  package var summary: (count: Int, oldest: UInt64?) {
    pins.withLock { pins in
      (pins.values.reduce(0) { $0 + $1.count }, pins.keys.min())
    }
  }
}

/// A moment of an embedded store to read at.
///
/// Pins every version visible at that moment until its last reference is gone.
public final class StoreSnapshot: Sendable {
  /// The sequence of the last change that is visible.
  public let sequence: UInt64

  /// When it was taken, in microseconds since the Unix epoch: what had expired by then it does not show, and all else it does.
  package let time: Int64

  /// How many removals of ranges of rows had been made by then.
  package let removals: UInt64

  private let registry: SnapshotRegistry

  package init(registry: SnapshotRegistry, _ read: () -> UInt64) throws(StoreError) {
    let (moment, removals) = try registry.pin(read)
    self.removals = removals
    sequence = moment.sequence
    time = moment.time
    self.registry = registry
  }

  deinit {
    registry.unpin(sequence)
  }
}
