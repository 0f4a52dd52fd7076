// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The ranges of rows whose files are to be rewritten because somebody asked for it.
package final class CompactionRequests: Sendable {
  /// What was asked for: files of lesser numbers that hold rows of the range go to the bottom.
  package struct Request: Hashable, Sendable {
    fileprivate var id: UInt64
    fileprivate var tableID: UInt32
    fileprivate var rows: KeyRange
    fileprivate var firstNewFile: UInt64

    /// Whether the file of a table holds rows of the range and was there before.
    func concerns(_ table: Table, ofTable tableID: UInt32) -> Bool {
      tableID == self.tableID && table.number < firstNewFile && table.rows.overlaps(rows)
    }
  }

  private struct State: Sendable {
    var requests: [Request] = []
    var nextID: UInt64 = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Asks for the compaction of a range; ``remove(_:)`` must follow.
  ///
  /// - Parameters:
  ///   - rows: The range.
  ///   - tableID: The number of its table.
  ///   - firstNewFile: A number that no file has yet which is to be rewritten.
  /// - Returns: The request.
  package func add(_ rows: KeyRange, ofTable tableID: UInt32, firstNewFile: UInt64) -> Request {
    state.withLock { state in
      let request = Request(
        id: state.nextID, tableID: tableID, rows: rows, firstNewFile: firstNewFile)
      state.nextID += 1
      state.requests.append(request)
      return request
    }
  }

  /// Asks no longer.
  package func remove(_ request: Request) {
    state.withLock { state in state.requests.removeAll { $0 == request } }
  }

  /// The numbers of those files of a region's group that are to be rewritten.
  package func files(among view: GroupView, of region: Region) -> Set<UInt64> {
    let requests = state.withLock { $0.requests }
    if requests.isEmpty { return [] }
    let concerned = (view.upper + view.bottom).filter { table in
      requests.contains { $0.concerns(table, ofTable: region.tableID) }
    }
    return Set(concerned.map(\.number))
  }
}
