// SPDX-License-Identifier: Apache-2.0

/// What a history can be held to.
///
/// Levels are told apart by the anomalies they forbid (Adya, *Weak Consistency*, MIT 1999; Cerone and Gotsman, *Analysing
/// Snapshot Isolation*, PODC 2016). `snapshot-isolation` and `repeatable-read` forbid different things; the others are each
/// stronger than the one before.
public enum ConsistencyLevel: String, CaseIterable, Sendable {
  /// Adya's PL-1: no dirty writes.
  case readUncommitted = "read-uncommitted"
  /// PL-2: and no dirty reads.
  case readCommitted = "read-committed"
  /// Reads from one snapshot, and the first committer wins.
  case snapshotIsolation = "snapshot-isolation"
  /// PL-2.99: serializable but for phantoms.
  case repeatableRead = "repeatable-read"
  /// PL-3: equivalent to one transaction after another.
  case serializable = "serializable"
  /// And each process sees its transactions in order.
  case strongSessionSerializable = "strong-session-serializable"
  /// And everybody sees a transaction that ended before theirs began.
  case strictSerializable = "strict-serializable"

  /// The edges of which cycles are forbidden, or some of them.
  var dependencies: Dependency {
    switch self {
    case .readUncommitted: .ww
    case .readCommitted: [.ww, .wr]
    case .repeatableRead: [.ww, .wr, .rw]
    case .snapshotIsolation, .serializable: [.ww, .wr, .rw, .predicate]
    case .strongSessionSerializable: [.ww, .wr, .rw, .predicate, .process, .inferred]
    case .strictSerializable:
      [.ww, .wr, .rw, .predicate, .process, .realtime, .inferred]
    }
  }

  /// Whether every cycle of its `dependencies` is forbidden.
  var forbidsEveryCycle: Bool { self != .snapshotIsolation }

  /// Edges that are acyclic where the level holds, so that transactions can be put into an order.
  var orderingDependencies: Dependency {
    self == .snapshotIsolation ? [.ww, .wr] : dependencies
  }

  /// The order edges by which anomalies are looked for, one after the other.
  var orders: [Anomaly.Order] {
    switch self {
    case .strongSessionSerializable: [.none, .process]
    case .strictSerializable: [.none, .process, .realtime]
    default: [.none]
    }
  }

  /// Whether an anomaly must not be.
  ///
  /// - Parameters:
  ///   - kind: The anomaly.
  ///   - order: The order it takes.
  ///   - usesPredicate: Whether it is about which ids a scan found.
  /// - Returns: Whether the level forbids it.
  public func forbids(
    _ kind: Anomaly.Kind, order: Anomaly.Order = .none, usesPredicate: Bool = false
  ) -> Bool {
    switch order {
    case .none: break
    case .process:
      return self == .strongSessionSerializable || self == .strictSerializable
    case .realtime: return self == .strictSerializable
    }
    switch kind {
    case .g0, .duplicateElements, .garbageRead, .cyclicVersions: return true
    case .g1a, .g1b, .g1c, .dirtyUpdate, .incompatibleOrder: return self != .readUncommitted
    case .internalRead, .futureRead, .lostUpdate:
      if usesPredicate, self == .repeatableRead { return false }
      return self != .readUncommitted && self != .readCommitted
    case .gSingle, .gNonadjacent:
      return forbidsWriteSkew || self == .snapshotIsolation
        || (self == .repeatableRead && !usesPredicate)
    case .g2Item, .g2: return forbidsWriteSkew || (self == .repeatableRead && !usesPredicate)
    case .cycleExists: return forbidsEveryCycle
    }
  }

  /// Whether each history that holds to this level holds to the other one.
  ///
  /// - Parameter other: The other level.
  /// - Returns: True also for the level itself.
  public func implies(_ other: ConsistencyLevel) -> Bool {
    if self == other { return true }
    if self == .repeatableRead, other == .snapshotIsolation { return false }
    let all = ConsistencyLevel.allCases
    guard let own = all.firstIndex(of: self), let place = all.firstIndex(of: other) else {
      return false
    }
    return own > place
  }

  private var forbidsWriteSkew: Bool {
    switch self {
    case .serializable, .strongSessionSerializable, .strictSerializable: true
    default: false
    }
  }
}
