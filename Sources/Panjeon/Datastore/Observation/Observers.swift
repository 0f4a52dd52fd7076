// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// Those who observe, by the row that they look at.
final class Observers: Sendable {
  private struct Row: Hashable {
    var table: String
    var row: RowKey

    init(table: String, row: RowKey) {
      self.table = table
      self.row = row
    }

    init(_ observer: Observer) { self.init(table: observer.table, row: observer.row) }
  }

  private let rows = Mutex<[Row: [ObjectIdentifier: Observer]]>([:])

  func add(_ observer: Observer) {
    rows.withLock { $0[Row(observer), default: [:]][ObjectIdentifier(observer)] = observer }
  }

  func remove(_ observer: Observer) {
    rows.withLock { rows in
      let row = Row(observer)
      rows[row]?[ObjectIdentifier(observer)] = nil
      if rows[row]?.isEmpty ?? false { rows[row] = nil }
    }
  }

  /// Tells them what was changed.
  func mark(_ keys: [AnyKey]) {
    let marked = rows.withLock { rows in
      rows.isEmpty
        ? []
        : keys.flatMap { key in
          (rows[Row(table: key.table, row: key.row)] ?? [:]).values.filter {
            $0.range.contains(key.qualifier)
          }
        }
    }
    for observer in marked { observer.mark() }
  }

  /// How many observe; for tests.
  package var count: Int { rows.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}

/// One who observes some objects of a row, and whether something has been changed of them since it looked.
final class Observer: Sendable {
  private struct State {
    // The first look is due.
    var isMarked = true
    var waiter: CheckedContinuation<Void, Never>?
  }

  let table: String
  let row: RowKey
  let range: KeyRange
  private let state = Mutex(State())

  init(table: String, row: RowKey, range: KeyRange) {
    self.table = table
    self.row = row
    self.range = range
  }

  /// Has it look again.
  func mark() {
    let waiter = state.withLock { state in
      state.isMarked = true
      return state.waiter.take()
    }
    waiter?.resume()
  }

  /// Whether it was marked; it is not any more.
  func takeMark() -> Bool {
    state.withLock { state in
      defer { state.isMarked = false }
      return state.isMarked
    }
  }

  /// Waits until it is marked, or its task is cancelled; one task at a time.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if state.isMarked || Task.isCancelled { return true }
          state.waiter = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiter.take() }?.resume()
    }
  }
}

/// What a transaction has changed, to be told once it is committed.
final class ChangedObjects: Sendable {
  private let changed = Mutex<[AnyKey]>([])

  var keys: [AnyKey] { changed.withLock { $0 } }

  func insert(_ key: AnyKey) { changed.withLock { $0.append(key) } }
}
