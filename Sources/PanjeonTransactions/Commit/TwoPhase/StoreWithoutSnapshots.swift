// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A store whose snapshots are none: what is read through one is of one moment as long as nobody overtakes the reader, and else
/// `snapshotTooOld`; and reads wait for locks.
protocol StoreWithoutSnapshots: SnapshotStore {
  /// How it deals with locks.
  var lockOptions: LockOptions { get }
}

extension TwoPhaseStore: StoreWithoutSnapshots {
  var lockOptions: LockOptions { options.locks }
}

extension SnapshotStore {
  /// Whether snapshots are of the moment at which they were taken.
  var hasSnapshots: Bool { !(self is any StoreWithoutSnapshots) }
}
