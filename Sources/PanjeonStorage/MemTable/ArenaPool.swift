// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The memory of a memtable that has been flushed, kept for the next one: the system would set it to zeros again, page by page, while
/// commits wait.
///
/// One piece at the most, and only one that had been filled; the budget knows of it. A memtable that has taken it is charged with what it
/// holds, as any other, though all of the memory is there: it takes the place of one that was filled, and will be filled as well.
@safe package final class ArenaPool: Sendable {
  /// Safe: whoever takes it out owns it.
  @safe private struct Spare: @unchecked Sendable {
    // Unchecked: nobody touches the memory while it is here.
    let base: UnsafeMutableRawPointer
    let capacity: Int
  }

  private let spare = Mutex<Spare?>(nil)
  private let budget: MemoryBudget

  package init(_ budget: MemoryBudget) {
    self.budget = budget
  }

  deinit {
    if let spare = spare.withLock({ $0 }) {
      unsafe Arena.unmap(spare.base, spare.capacity)
      budget.release(spare.capacity, for: .spareMemtable)
    }
  }

  /// Takes out memory of just this size; it holds what it held.
  func take(_ capacity: Int) -> UnsafeMutableRawPointer? {
    let taken = spare.withLock { spare -> Spare? in
      guard let kept = spare, kept.capacity == capacity else { return nil }
      spare = nil
      return kept
    }
    guard let taken else { return nil }
    budget.release(capacity, for: .spareMemtable)
    return unsafe taken.base
  }

  /// Keeps memory that nobody uses any more; false when there is some already.
  func keep(_ base: UnsafeMutableRawPointer, _ capacity: Int) -> Bool {
    let piece = unsafe Spare(base: base, capacity: capacity)
    // Before anyone can take it out again, and give back what it takes.
    budget.reserve(capacity, for: .spareMemtable)
    let isKept = spare.withLock { spare -> Bool in
      if spare != nil { return false }
      spare = piece
      return true
    }
    if !isKept { budget.release(capacity, for: .spareMemtable) }
    return isKept
  }
}
