// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How far the copies of the log that follow are behind those that lead, and by how much commits are held back for it.
///
/// Whoever writes the copies keeps the number; admission reads it (``BackgroundWork/admit()``). The bound is passed by what the commits
/// write that had been let in before it was reached.
package final class WriteBacklog: Sendable {
  /// The longest delay of one commit.
  package static let delayMax = Duration.milliseconds(50)

  /// At so many bytes commits wait; from half of them on they are delayed.
  package let bytesMax: Int

  private let behind = Atomic(0)

  /// Creates a backlog of nothing.
  package init(bytesMax: Int) {
    precondition(bytesMax > 0, "a copy that may never be behind holds up every commit")
    self.bytesMax = bytesMax
  }

  /// How many bytes the copies that follow lack.
  package var bytesBehind: Int {
    get { behind.load(ordering: .relaxed) }
    set { behind.store(newValue, ordering: .relaxed) }
  }

  /// Notes bytes that the copies lack; fewer than zero: that they have got.
  package func add(_ bytes: Int) {
    behind.wrappingAdd(bytes, ordering: .relaxed)
  }

  /// Whether commits wait until there is room.
  package var isFull: Bool { bytesBehind >= bytesMax }

  /// How long one commit is held back: nothing below half of the bound, then by the square of the excess.
  package var delay: Duration {
    let free = bytesMax / 2
    let excess = bytesBehind - free
    guard excess > 0 else { return .zero }
    let share = Double(excess) / Double(bytesMax - free)
    return min(Self.delayMax, Self.delayMax * (share * share))
  }
}
