// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What is done before and after a transaction commits.
struct CommitHooks<Store: AtomicBatchStore> {
  typealias BeforeCommit = (inout Transaction<Store>) async throws -> Void

  var beforeCommit: [BeforeCommit] = []
  var afterCommit: [@Sendable () async -> Void] = []

  /// How many of those before the commit have been begun.
  private var begun = 0

  var counts: UndoLog.HookCounts {
    UndoLog.HookCounts(beforeCommit: beforeCommit.count, afterCommit: afterCommit.count)
  }

  /// Forgets the last ones.
  mutating func shorten(to counts: UndoLog.HookCounts) {
    beforeCommit.removeSubrange(counts.beforeCommit...)
    afterCommit.removeSubrange(counts.afterCommit...)
    begun = min(begun, beforeCommit.count)
  }

  /// The next one before the commit.
  mutating func next() -> BeforeCommit? {
    guard begun < beforeCommit.count else { return nil }
    begun += 1
    return beforeCommit[begun - 1]
  }
}

extension Transaction {
  /// Has something done when the body has returned, before the commit.
  ///
  /// In the order of the calls; each may read, write, and add further ones. What one throws ends the attempt as if the body had
  /// thrown it. Like the body it may run more than once, once in each attempt that adds it.
  public mutating func beforeCommit(
    _ body: @escaping (inout Transaction<Store>) async throws -> Void
  ) {
    hooks.beforeCommit.append(body)
  }

  /// Has something done once the transaction has been committed, with the durability that was asked for.
  ///
  /// In the order of the calls, before `withTransaction` returns; for one attempt only, the one that was committed. Not when the
  /// transaction fails, nor when its outcome is unknown, nor when the process dies: what must happen belongs into the
  /// transaction itself.
  public mutating func afterCommit(_ body: @escaping @Sendable () async -> Void) {
    hooks.afterCommit.append(body)
  }

  /// Runs what is to be done before the commit, what that adds included.
  mutating func runBeforeCommit() async throws {
    while let hook = hooks.next() { try await hook(&self) }
  }
}
