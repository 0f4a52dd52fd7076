// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// What a client has read of a store without snapshots, to be looked at again before it reads on.
///
/// All that was returned through it was true at one moment: of each row that was read and each range that was scanned it keeps the headers, and
/// before a further row is returned all of them must be the same still.
public final class TwoPhaseSnapshot: Sendable {
  private struct State {
    /// The header of each row that was read; nil inside: it had none.
    var headers: [TransactionRow: Bytes?] = [:]
    /// The ranges that were scanned, as far as they were.
    var ranges: [UnchangedRange] = []
    /// The rows whose headers have been moved on by the client's own commit, which was given up: what they hold is what it was.
    var moved: [TransactionRow: (from: Bytes?, to: Bytes)] = [:]
  }

  private let state = Mutex(State())

  init() {}

  /// Notes a row that is about to be returned; false when it was another one when it was read before, or was not there when its range was
  /// scanned.
  func note(_ name: TransactionRow, _ header: Bytes?) -> Bool {
    state.withLock { state in
      if let known = state.headers[name] { return known == header }
      let isNew = state.ranges.contains { $0.table == name.table && $0.rows.contains(name.row) }
      if isNew, header != nil { return false }
      state.headers[name] = .some(header)
      return true
    }
  }

  /// Notes a range that is about to be scanned further; returns its number.
  func beginRange(_ range: UnchangedRange) -> Int {
    state.withLock { state in
      state.ranges.append(range)
      return state.ranges.count - 1
    }
  }

  /// Notes how far a range has been scanned.
  func setRange(_ number: Int, _ rows: KeyRange) {
    state.withLock { $0.ranges[number].rows = rows }
  }

  /// Whether all of a range has been scanned.
  func covers(_ range: UnchangedRange) -> Bool {
    if range.rows.isEmpty { return true }
    return state.withLock { state in
      state.ranges.contains { $0.table == range.table && $0.rows.covers(range.rows) }
    }
  }

  /// The headers of the rows in a range that had one when they were read.
  func headers(in range: UnchangedRange) -> [RowKey: Bytes] {
    state.withLock { state in
      var found: [RowKey: Bytes] = [:]
      for (name, header) in state.headers
      where name.table == range.table && range.rows.contains(name.row) {
        if let header { found[name.row] = header }
      }
      return found
    }
  }

  /// What must be looked at again: the ranges, and the rows that lie in none of them.
  func dependencies(without fresh: Set<TransactionRow>) -> [ReadDependency] {
    state.withLock { state in
      let ranges = state.ranges.filter { !$0.rows.isEmpty }
      let rows = state.headers.filter { name, _ in
        !fresh.contains(name)
          && !ranges.contains { $0.table == name.table && $0.rows.contains(name.row) }
      }
      // In an order that does not differ from run to run.
      return rows.sorted { $0.key < $1.key }.map { .row($0.key, $0.value) }
        + ranges.map(ReadDependency.range)
    }
  }

  /// Notes that the client itself has moved a row's header on without changing the row.
  ///
  /// What was read stands for the row as it is only if nobody else has changed it in between.
  func noteMoved(_ name: TransactionRow, from before: Bytes?, to header: Bytes) {
    state.withLock { state in
      let first = state.moved[name].flatMap { $0.to == before ? $0.from : nil } ?? before
      state.moved[name] = (first, header)
      let isScanned = state.ranges.contains {
        $0.table == name.table && $0.rows.contains(name.row)
      }
      let known = state.headers[name] ?? (isScanned ? .some(nil) : nil)
      if let known, known == before { state.headers[name] = .some(header) }
    }
  }

  /// The header that a row has now, if it is as it was with the one given.
  func present(_ name: TransactionRow, _ header: Bytes?) -> Bytes? {
    state.withLock { state in
      guard let moved = state.moved[name], moved.from == header else { return header }
      return moved.to
    }
  }
}
