// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

/// What a server keeps for one connection: the scans that go on.
final class ServerSession<Cursor: RowCursor>: Sendable {
  private struct State {
    /// The cursors; nil for one that is being read.
    var cursors: [UInt64: Cursor?] = [:]
    var lastID: UInt64 = 0
  }

  let connection: UInt64
  private let cursorsMax: Int
  private let state = Mutex(State())

  init(connection: UInt64, cursorsMax: Int) {
    self.connection = connection
    self.cursorsMax = cursorsMax
  }

  /// Makes room for a cursor, which is being read from the start; throws `limitExceeded`.
  func reserve() throws(StoreError) -> UInt64 {
    let id: UInt64? = state.withLock { state in
      if state.cursors.count >= cursorsMax { return nil }
      state.lastID += 1
      state.cursors[state.lastID] = .some(nil)
      return state.lastID
    }
    if let id { return id }
    throw StoreError(.limitExceeded, "this client has \(cursorsMax) scans open already")
  }

  /// Takes a cursor to read it; throws `invalidArgument` when there is none, or it is being read.
  func take(_ id: UInt64) throws(StoreError) -> Cursor {
    let cursor: Cursor? = state.withLock { state in
      guard let cursor = state.cursors[id] ?? nil else { return nil }
      state.cursors[id] = .some(nil)
      return cursor
    }
    if let cursor { return cursor }
    throw StoreError(.invalidArgument, "the scan has ended, or is being read by another call")
  }

  /// Gives a cursor back; it goes away if it was closed meanwhile.
  func giveBack(_ id: UInt64, _ cursor: Cursor) {
    state.withLock { state in
      if state.cursors[id] != nil { state.cursors[id] = .some(cursor) }
    }
  }

  func close(_ id: UInt64) {
    // What the cursor holds is let go of behind the lock.
    let removed = state.withLock { $0.cursors.removeValue(forKey: id) }
    withExtendedLifetime(removed) {}
  }
}
