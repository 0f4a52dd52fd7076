// SPDX-License-Identifier: Apache-2.0

public import PanjeonTransactions
public import WideColumn

/// A change of a record, as a trigger sees it.
public struct RecordChange<R: Record>: Sendable {
  /// What kind of change it is.
  public enum Kind: Hashable, Sendable {
    /// There was no record under the key.
    case insert
    /// There was one.
    case update
    /// There is none any more.
    case delete
  }

  /// The key.
  public let key: Key<R>
  /// The record before; nil for an insert.
  public let old: R?
  /// The record afterwards; nil for a delete.
  public internal(set) var new: R?

  /// What kind of change it is.
  public var kind: Kind { old == nil ? .insert : new == nil ? .delete : .update }

  /// Alters the record that is going to be written; only before an insert or an update.
  public mutating func setNew(_ record: R) {
    precondition(new != nil, "a delete has no record to alter")
    new = record
  }
}

/// What is done before and after a record is changed, in the same transaction.
///
/// Both run once for each put or delete, and like the body of the transaction may run again in a further attempt. What they throw ends the put or
/// delete. They may read and write; writes set off further triggers, ``DatastoreOptions/triggerDepthMax`` deep at the most.
public protocol Trigger<Target>: Sendable {
  /// The records it sees.
  associatedtype Target: Record

  /// Runs before anything is written; may alter the record, or throw to refuse the change.
  func before<Store: AtomicBatchStore>(
    _ change: inout RecordChange<Target>, in transaction: inout Transaction<Store>
  ) async throws

  /// Runs when the record and its index entries have been written to the transaction.
  func after<Store: AtomicBatchStore>(
    _ change: RecordChange<Target>, in transaction: inout Transaction<Store>
  ) async throws
}

extension Trigger {
  /// Does nothing.
  public func before<Store: AtomicBatchStore>(
    _ change: inout RecordChange<Target>, in transaction: inout Transaction<Store>
  ) async throws {}

  /// Does nothing.
  public func after<Store: AtomicBatchStore>(
    _ change: RecordChange<Target>, in transaction: inout Transaction<Store>
  ) async throws {}
}
