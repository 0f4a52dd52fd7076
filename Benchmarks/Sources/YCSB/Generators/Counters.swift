// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Numbers one after the other, for all clients together.
package final class SharedCounter: Sendable {
  private let value: Atomic<Int64>

  package init(_ first: Int64) {
    value = Atomic(first)
  }

  package func next() -> Int64 {
    value.wrappingAdd(1, ordering: .relaxed).oldValue
  }

  /// Goes on from `number`, if it is behind it.
  package func raise(to number: Int64) {
    value.max(number, ordering: .relaxed)
  }
}

/// Numbers one after the other, of which only those count up to which every one has been acknowledged.
///
/// YCSB's `AcknowledgedCounterGenerator`: a record that another client is still inserting is not read.
package final class AcknowledgedCounter: Sendable {
  /// How far the numbers handed out may be ahead of the least one that is not acknowledged.
  private static let window = 1 << 20

  private let handedOut: Atomic<Int64>
  private let limit: Atomic<Int64>
  private let pending: Mutex<Set<Int64>>

  package init(_ first: Int64) {
    handedOut = Atomic(first)
    limit = Atomic(first - 1)
    pending = Mutex([])
  }

  package func next() -> Int64 {
    let number = handedOut.wrappingAdd(1, ordering: .relaxed).oldValue
    precondition(
      number - last < Self.window, "too many inserts are waiting for one that never ended")
    return number
  }

  /// The last number up to which all are acknowledged.
  package var last: Int64 { limit.load(ordering: .acquiring) }

  package func acknowledge(_ number: Int64) {
    pending.withLock { pending in
      pending.insert(number)
      var newLimit = limit.load(ordering: .relaxed)
      while pending.remove(newLimit + 1) != nil { newLimit += 1 }
      limit.store(newLimit, ordering: .releasing)
    }
  }
}
