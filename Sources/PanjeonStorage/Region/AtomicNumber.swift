// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A number that threads share: a counter, a watermark.
package final class AtomicNumber: Sendable {
  private let atomic: Atomic<UInt64>

  package init(_ value: UInt64) {
    atomic = Atomic(value)
  }

  package var value: UInt64 {
    atomic.load(ordering: .acquiring)
  }

  package func store(_ value: UInt64) {
    atomic.store(value, ordering: .releasing)
  }

  /// Returns the value and adds one to it.
  package func next() -> UInt64 {
    atomic.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
  }

  package func add(_ amount: UInt64) {
    atomic.wrappingAdd(amount, ordering: .relaxed)
  }

  /// Raises the value to at least `floor`.
  package func raise(to floor: UInt64) {
    atomic.max(floor, ordering: .acquiringAndReleasing)
  }
}
