// SPDX-License-Identifier: Apache-2.0

/// The sorts of dependency that an edge stands for, or that a search may follow.
///
/// An edge has one of `ww`, `wr`, `rw`, or none; with `process` or `realtime` besides, it was inferred from that order and
/// holds only where that order counts.
package struct Dependency: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// A write after a write of the same object.
  package static let ww = Dependency(rawValue: 1)
  /// A read of what was written.
  package static let wr = Dependency(rawValue: 2)
  /// A write after a read that did not see it.
  package static let rw = Dependency(rawValue: 4)
  /// The order of one process.
  package static let process = Dependency(rawValue: 8)
  /// One ended before the other began.
  package static let realtime = Dependency(rawValue: 16)
  /// With `rw`: what was read is a range, and the write an insert.
  package static let predicate = Dependency(rawValue: 32)
  /// Follows only if a choice that the history leaves open is made as the checker made it.
  package static let assumed = Dependency(rawValue: 64)
  /// With `ww`: the order of a register's versions was inferred from the order of transactions.
  ///
  /// A cycle without such edges says more.
  package static let inferred = Dependency(rawValue: 128)
}

/// What proves an edge.
package enum Proof: UInt8, Sendable {
  /// `b` comes after `a` in the longest read of the key.
  case appendedAfter
  /// The list that was read ends with `a`.
  case readList
  /// The list that was read ends with `a`, and `b` comes after it.
  case missedAppend
  /// `b` overwrote `a`.
  case wroteAfter
  /// The register that was read held `a`.
  case readRegister
  /// The register that was read held `a`, and `b` overwrote it.
  case missedWrite
  /// `b` was inserted, then deleted.
  case deletedAfter
  /// The scan has `b`, which was inserted.
  case scannedInsert
  /// The scan lacks `b`, which was inserted.
  case missedInsert
  /// The scan has `b`, which was deleted.
  case missedDelete
  /// The scan lacks `b`, which was inserted before and deleted.
  case scannedDelete
  /// The order of a process.
  case process
  /// Real time.
  case realtime
  /// Goes on from a node that is no transaction.
  case onward
}

/// An edge between two nodes, and what proves it.
package struct Edge: Sendable {
  package var source: Int32
  package var target: Int32
  package var dependency: Dependency
  package var proof: Proof
  /// The name of the key or range.
  package var key = History.none
  /// The name of the value before; `none` for nothing there.
  package var a = History.none
  /// The name of the value after.
  package var b = History.none
}
