// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What a transaction must take back to be as it was at a savepoint.
struct UndoLog {
  /// One call that changed a row.
  struct Change {
    var row: TransactionRow
    /// How many changes of the row there were; nil: it had none, and was not written.
    var mutationsBefore: Int?
    var bytes: Int
  }

  private struct Mark {
    var number: UInt64
    var changes: Int
    var hooks: HookCounts
  }

  /// How many hooks there were.
  struct HookCounts {
    var beforeCommit: Int
    var afterCommit: Int
  }

  private var changes: [Change] = []
  private var marks: [Mark] = []
  private var nextNumber: UInt64 = 0

  /// Remembers a change that is about to be made, if there is a savepoint to go back to.
  mutating func note(_ row: TransactionRow, mutationsBefore: Int?, bytes: Int) {
    if marks.isEmpty { return }
    changes.append(Change(row: row, mutationsBefore: mutationsBefore, bytes: bytes))
  }

  /// Sets a savepoint; returns its number.
  mutating func mark(_ hooks: HookCounts) -> UInt64 {
    defer { nextNumber += 1 }
    marks.append(Mark(number: nextNumber, changes: changes.count, hooks: hooks))
    return nextNumber
  }

  /// Forgets a savepoint and those behind it; false when there is none of that number.
  mutating func release(_ number: UInt64) -> Bool {
    guard let place = marks.firstIndex(where: { $0.number == number }) else { return false }
    marks.removeSubrange(place...)
    if marks.isEmpty { changes = [] }
    return true
  }

  /// Forgets the savepoints behind one, and returns the changes behind it, the last first, and how many hooks there were; nil when
  /// there is none of that number.
  mutating func takeChanges(behind number: UInt64) -> ([Change], HookCounts)? {
    guard let place = marks.firstIndex(where: { $0.number == number }) else { return nil }
    marks.removeSubrange((place + 1)...)
    let behind = changes[marks[place].changes...].reversed()
    changes.removeSubrange(marks[place].changes...)
    return (Array(behind), marks[place].hooks)
  }
}
