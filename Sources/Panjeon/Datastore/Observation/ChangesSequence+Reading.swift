// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension ChangesSequence {
  /// How many cells are read at once; they may be of a megabyte each.
  private static var cellsPerPiece: Int { 64 }

  /// Reads what is newer of the range, and what tells of deletions; the store skips tables that are older.
  func readNewer(
    since last: ChangeSequence, _ snapshot: DatastoreSnapshot<Store>
  ) async throws -> ObservedCells {
    var cells = ObservedCells()
    let deletions = KeyRange(
      from: Bytes([AnyKey.deletionMark] + Array(range.start)),
      to: range.stop.map { Bytes([AnyKey.deletionMark] + Array($0)) })
    for part in [deletions, range] {
      var rest = part
      while true {
        let after = Timestamp(microseconds: last.version.microseconds &+ 1)
        let get = Get(
          row, columns: .data(rest), cellsMax: Self.cellsPerPiece,
          filter: .time(from: after, to: nil))
        let found = try await snapshot.get(get, in: table).map(Array.init) ?? []
        for cell in found {
          cells.add(
            FoundCell(
              qualifier: cell.column.qualifier, value: cell.value, timestamp: cell.timestamp))
        }
        guard found.count == Self.cellsPerPiece, let end = found.last else { break }
        rest.start = end.column.qualifier.successor
      }
    }
    return cells
  }
}

extension ChangesSequence.Iterator {
  private func newer(_ object: FoundCell?, _ deletion: FoundCell?) -> FoundCell? {
    guard let object else { return deletion }
    guard let deletion else { return object }
    return object.timestamp >= deletion.timestamp ? object : deletion
  }

  private func place(_ qualifier: Bytes) -> AnyKey {
    AnyKey(table: sequence.table, row: sequence.row, qualifier: qualifier)
  }

  /// Puts cells, by version, into what each commit has changed.
  ///
  /// An object that was deleted and put again has both cells, in one commit or in two: only its latest state is told.
  func committed(_ cells: [FoundCell]) throws -> [CommittedChanges<R>] {
    var latest: [Bytes: FoundCell] = [:]
    for cell in cells {
      let object = Self.object(cell)
      let known = latest[object]
      latest[object] = Self.isDeletion(cell) ? newer(known, cell) : newer(cell, known)
    }
    var commits: [CommittedChanges<R>] = []
    for cell in cells where latest[Self.object(cell)] == cell {
      let sequence = self.sequence.place(cell.timestamp)
      let key = Key<R>(unchecked: place(Self.object(cell)))
      let change: CommittedChanges<R>.Change =
        Self.isDeletion(cell)
        ? .deleted(key)
        : .put(
          Entry(key: key, record: try Stored.decode(R.self, from: cell.value, at: key.any)))
      if commits.last?.sequence == sequence {
        commits[commits.count - 1].changes.append(change)
      } else {
        commits.append(CommittedChanges(changes: [change], sequence: sequence))
      }
    }
    return commits
  }

  private static func isDeletion(_ cell: FoundCell) -> Bool {
    cell.qualifier.first == AnyKey.deletionMark
  }

  private static func object(_ cell: FoundCell) -> Bytes {
    isDeletion(cell) ? cell.qualifier[1..<cell.qualifier.count] : cell.qualifier
  }
}
