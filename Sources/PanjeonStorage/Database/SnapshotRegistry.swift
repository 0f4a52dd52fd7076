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
///
/// A snapshot *expires* when it is older than it may be: its moment is kept no longer. Snapshots are numbered in the order
/// of their opening, so that one number tells of all which have expired.
package final class SnapshotRegistry: Sendable {
  /// A snapshot that is open.
  package struct Pin: Hashable, Sendable {
    /// Its number.
    package var id: UInt64
    /// The moment that it reads at.
    package var moment: PinnedMoment
    /// How many removals of ranges of rows had been made by then.
    package var removals: UInt64
  }

  /// A snapshot that has expired.
  package struct Expired: Hashable, Sendable {
    package var sequence: UInt64
    package var age: Duration
  }

  private struct Opened: Sendable {
    var pin: Pin
    var atNanoseconds: UInt64
  }

  private struct State: Sendable {
    var open: [UInt64: Opened] = [:]
    var nextID: UInt64 = 0
    var expired: UInt64 = 0
  }

  private let state = Mutex(State())
  /// Snapshots of lower numbers have expired, unless they are closed.
  private let firstValid = AtomicNumber(0)
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
  /// reading and the pinning. Throws `limitExceeded` when too many snapshots are open.
  package func pin(_ read: () -> UInt64) throws(StoreError) -> Pin {
    let pinned: Pin? = state.withLock { state in
      guard state.open.count < limit else { return nil }
      let pin = Pin(
        id: state.nextID, moment: PinnedMoment(sequence: read(), time: clock.now()),
        removals: removals.value)
      state.open[pin.id] = Opened(pin: pin, atNanoseconds: clock.monotonicNanoseconds())
      state.nextID += 1
      return pin
    }
    guard let pinned else {
      throw StoreError(.limitExceeded, "\(limit) snapshots are open; release some")
    }
    return pinned
  }

  package func unpin(_ pin: Pin) {
    state.withLock { state in
      let wasOpen = state.open.removeValue(forKey: pin.id) != nil
      precondition(wasOpen || hasExpired(pin), "a snapshot was released twice")
    }
  }

  /// The pinned moments and the present one, by sequence, without repeats.
  ///
  /// The time of each is that of the earliest of those behind it, too: what a snapshot at a greater sequence still has to see,
  /// taken earlier at another level, must not be judged by the time of a later one.
  package func momentsToKeep(_ readPresent: () -> UInt64) -> [PinnedMoment] {
    state.withLock { state in
      var times = [readPresent(): clock.now()]
      for moment in state.open.values.lazy.map(\.pin.moment) {
        times[moment.sequence] = min(times[moment.sequence] ?? moment.time, moment.time)
      }
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
    state.withLock { state in
      min(state.open.values.map(\.pin.removals).min() ?? .max, removals.value)
    }
  }

  /// Whether a snapshot has expired; once it has, a view that is taken later may lack what it sees.
  package func hasExpired(_ pin: Pin) -> Bool { pin.id < firstValid.value }

  /// Lets go of the snapshots that are older than `ageMax`; returns them, the oldest first.
  package func expire(olderThan ageMax: Duration) -> [Expired] {
    state.withLock { state in
      let now = clock.monotonicNanoseconds()
      let old = state.open.filter { Self.age($0.value, now) > ageMax }
      guard let newest = old.keys.max() else { return [] }
      // Before the pins go: who still sees the number as it was has a view from before any compaction without them.
      firstValid.store(newest + 1)
      state.expired += UInt64(old.count)
      return old.sorted { $0.key < $1.key }.map { id, opened in
        state.open[id] = nil
        return Expired(sequence: opened.pin.moment.sequence, age: Self.age(opened, now))
      }
    }
  }

  private static func age(_ opened: Opened, _ now: UInt64) -> Duration {
    .nanoseconds(Int64(now - min(now, opened.atNanoseconds)))
  }

  /// What is open and how old it is; looks at every snapshot.
  package var metrics: Metrics.Snapshots {
    state.withLock { state in
      var metrics = Metrics.Snapshots()
      metrics.open = UInt64(state.open.count)
      metrics.expired = state.expired
      if let oldest = state.open.min(by: { $0.key < $1.key })?.value {
        metrics.oldestAge = Self.age(oldest, clock.monotonicNanoseconds())
        metrics.oldestSequence = oldest.pin.moment.sequence
      }
      return metrics
    }
  }
}

/// A moment of an embedded store to read at.
///
/// Pins every version visible at that moment until its last reference is gone, or until it is older than
/// ``StoreConfiguration/snapshotAgeMax``: then it has expired, and reads at it throw `snapshotTooOld`.
public final class StoreSnapshot: Sendable {
  private let pin: SnapshotRegistry.Pin
  private let registry: SnapshotRegistry

  package init(registry: SnapshotRegistry, _ read: () -> UInt64) throws(StoreError) {
    pin = try registry.pin(read)
    self.registry = registry
  }

  deinit {
    registry.unpin(pin)
  }

  /// Whether it was taken of the store whose registry this is, since it was opened.
  package func isOf(_ registry: SnapshotRegistry) -> Bool { self.registry === registry }

  /// The sequence of the last change that is visible.
  public var sequence: UInt64 { pin.moment.sequence }

  /// When it was taken, in microseconds since the Unix epoch: what had expired by then it does not show, and all else it does.
  package var time: Int64 { pin.moment.time }

  /// How many removals of ranges of rows had been made by then.
  package var removals: UInt64 { pin.removals }

  /// Whether it was too old, and the store has let go of it.
  public var hasExpired: Bool { registry.hasExpired(pin) }

  /// To be asked after a region's view has been taken: if it does not throw, the view has all that the snapshot sees.
  ///
  /// Throws `snapshotTooOld`.
  package func requireValid() throws(StoreError) {
    if hasExpired { throw Self.tooOld }
  }

  private static let tooOld = StoreError(
    .snapshotTooOld, "the snapshot is older than `snapshotAgeMax` allows; take another")
}
