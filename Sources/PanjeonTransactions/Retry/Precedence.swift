// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// Lets a transaction go first that has met conflicts again and again.
///
/// What it depended on in its last attempt is claimed: others of the same manager that write any of it wait before their commit,
/// until the attempt has ended or the claim has run out. There is one claim at a time, and who holds it waits for nobody; so
/// nobody who is waited for waits. Those who wait hold nothing.
package final class Precedence: Sendable {
  private struct Claim {
    var number: UInt64
    var footprint: Footprint
    /// In nanoseconds of the monotonic clock.
    var end: UInt64
  }

  private struct State {
    var claim: Claim?
    var nextNumber: UInt64 = 1
  }

  private let state = Mutex(State())
  /// The number of the claim, zero without one: a commit reads nothing else as a rule.
  private let present = Atomic<UInt64>(0)

  package init() {}

  /// Claims what an attempt depended on; nil while there is another claim.
  package func claim(_ footprint: Footprint, now: UInt64, for duration: Duration) -> UInt64? {
    state.withLock { state -> UInt64? in
      if let claim = state.claim, claim.end > now { return nil }
      let number = state.nextNumber
      state.nextNumber += 1
      // The options allow an hour at the most.
      let (seconds, attoseconds) = duration.components
      let nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
      state.claim = Claim(number: number, footprint: footprint, end: now &+ nanoseconds)
      present.store(number, ordering: .releasing)
      return number
    }
  }

  /// Gives a claim up, if it has not run out and been followed by another.
  package func release(_ number: UInt64) {
    state.withLock { state in
      guard state.claim?.number == number else { return }
      state.claim = nil
      present.store(0, ordering: .releasing)
    }
  }

  /// Whether there is a claim, which may have run out.
  var isClaimed: Bool { present.load(ordering: .acquiring) != 0 }

  /// Whether a transaction that writes these rows must wait.
  package func blocks(
    _ rows: some Sequence<TransactionRow>, heldBy number: UInt64?, now: () -> UInt64
  ) -> Bool {
    let claimed = present.load(ordering: .acquiring)
    if claimed == 0 || claimed == number { return false }
    let now = now()
    return state.withLock { state in
      guard let claim = state.claim, claim.number != number, claim.end > now else { return false }
      return rows.contains(where: claim.footprint.contains)
    }
  }
}

/// What a transaction depends on: the rows and ranges that it has read, and the rows that it writes.
package struct Footprint: Sendable {
  package var rows: Set<TransactionRow>
  package var ranges: [UnchangedRange]

  package init(rows: Set<TransactionRow>, ranges: [UnchangedRange]) {
    self.rows = rows
    self.ranges = ranges
  }

  func contains(_ name: TransactionRow) -> Bool {
    rows.contains(name)
      || ranges.contains { $0.table == name.table && $0.rows.contains(name.row) }
  }
}

extension Transaction {
  /// What the transaction depends on so far.
  var footprint: Footprint {
    let names = rows.states.filter { $0.isRead || $0.changes != nil }.map { $0.name }
    return Footprint(rows: Set(names), ranges: ranges.compactMap { $0 })
  }
}
