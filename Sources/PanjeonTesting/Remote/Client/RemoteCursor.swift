// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
public import WideColumn

/// The rows of a scan of a store of another process, fetched some at once.
///
/// The scan lives in the server as long as this, and no longer than the connection.
public struct RemoteCursor: RowCursor {
  /// A scan that goes on in the server, which ends with its last reference.
  private final class Lease: Sendable {
    let store: RemoteStore
    let cursor: UInt64
    let connection: UInt64

    init(_ store: RemoteStore, cursor: UInt64, connection: UInt64) {
      self.store = store
      self.cursor = cursor
      self.connection = connection
    }

    deinit { store.send(.closeScan(cursor: cursor), by: connection) }
  }

  private enum Rest {
    case end
    case more(Lease)
    case failed(StoreError)
  }

  private var rows: [RowResult] = []
  private var position = 0
  private var rest = Rest.end

  init(_ store: RemoteStore, _ page: RowPage, connection: UInt64) {
    take(page, store, connection, nil)
  }

  /// Returns the next row, or nil after the last; throws as the store does, and `unavailable` when the connection was lost.
  public mutating func next() async throws(StoreError) -> RowResult? {
    while position == rows.count {
      switch rest {
      case .end: return nil
      case .failed(let error): throw error
      case .more(let lease): try await fetch(lease)
      }
    }
    defer { position += 1 }
    return rows[position]
  }

  private mutating func fetch(_ lease: Lease) async throws(StoreError) {
    let call = RemoteCall.nextRows(cursor: lease.cursor)
    do throws(StoreError) {
      let (answer, connection) = try await lease.store.call(call, by: lease.connection)
      guard case .rows(let page) = answer else { throw RemoteStore.nonsense(call) }
      take(page, lease.store, connection, lease)
    } catch {
      // Rows may have been lost with the answer: there is no going on.
      rest = .failed(error)
      throw error
    }
  }

  private mutating func take(
    _ page: RowPage, _ store: RemoteStore, _ connection: UInt64, _ lease: Lease?
  ) {
    rows = page.rows
    position = 0
    switch page.ending {
    case .end: rest = .end
    case .failed(let error): rest = .failed(error)
    case .more(let cursor):
      rest = .more(lease ?? Lease(store, cursor: cursor, connection: connection))
    }
  }
}
