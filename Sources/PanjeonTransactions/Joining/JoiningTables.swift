// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Keeps commits and tables apart that come to take part in transactions.
///
/// A transaction that began before a table joined may have read rows of it that plain writes have changed since, and these leave
/// no header. So it may only commit if no table has joined, or is just joining, since it began; and a table waits until the commits are
/// done that are under way.
final class JoiningTables: Sendable {
  /// Odd while a table is joining.
  private let number = Atomic<UInt64>(0)
  private let joining = Mutex(0)
  private let commits = Atomic<Int>(0)

  /// What a transaction remembers when it begins.
  var mark: UInt64 { number.load(ordering: .acquiring) }

  /// Begins a commit, if it may be.
  func beginCommit(_ mark: UInt64) -> Bool {
    commits.wrappingAdd(1, ordering: .sequentiallyConsistent)
    let isAllowed =
      mark.isMultiple(of: 2) && number.load(ordering: .sequentiallyConsistent) == mark
    if !isAllowed { endCommit() }
    return isAllowed
  }

  func endCommit() {
    commits.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  var hasCommitsUnderWay: Bool { commits.load(ordering: .sequentiallyConsistent) > 0 }

  func beginJoining() {
    joining.withLock { count in
      if count == 0 { number.wrappingAdd(1, ordering: .sequentiallyConsistent) }
      count += 1
    }
  }

  func endJoining() {
    joining.withLock { count in
      count -= 1
      if count == 0 { number.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    }
  }
}
