// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

extension DatastoreReader where Self: ~Copyable {
  /// Reads a page of the children of a type under a parent.
  ///
  /// - Parameters:
  ///   - type: The children's type.
  ///   - parent: Their parent.
  ///   - bounds: Which of their ids; all by default.
  ///   - order: From which end; ascending by default.
  ///   - limit: How many to return at the most, at least one and at most ``Page/limitMax``.
  ///   - cursor: Where the page before ended, of the same bounds and order; nil for the first.
  /// - Returns: The children in order; `next` is nil exactly when no more follow.
  /// - Throws: `invalidCursor`, and as the read of one record.
  /// - Complexity: One read of the children that are returned; backwards, a few reads of some more.
  public mutating func children<R: Record, Parent>(
    _ type: ObjectType<R>, of parent: Key<Parent>, in bounds: KeyBounds = .all,
    order: KeyOrder = .ascending, limit: Int, after cursor: PageCursor? = nil
  ) async throws -> Page<R> {
    let limit = try Page<R>.clamped(limit)
    let collection = CollectionKey(parent: parent.any, typeNumber: type.number)
    let range = bounds.range(behind: collection.memberPrefix)
    let cells = try await cells(
      in: range.going(on: cursor, order), of: collection, order: order, limit: limit)
    var page = Page<R>(entries: [], next: nil)
    page.entries.reserveCapacity(cells.found.count)
    for cell in cells.found {
      let key = collection.key(cell.qualifier)
      guard collection.isMember(cell.qualifier) else {
        throw DatastoreError(.malformed, "the qualifier is no member's", key: key)
      }
      page.entries.append(
        Entry(
          key: Key(unchecked: key),
          record: try Stored.decode(R.self, from: cell.value, at: key)))
    }
    if cells.goesOn { page.next = cells.found.last.map { PageCursor(bytes: $0.qualifier) } }
    return page
  }

  /// Reads a page of the roots of a type, in the order of their ids.
  ///
  /// As ``children(_:of:in:order:limit:after:)``. A scan of rows: in a transaction, what others insert into the part that was read conflicts.
  public mutating func roots<R: Record>(
    _ type: ObjectType<R>, in bounds: KeyBounds = .all, order: KeyOrder = .ascending, limit: Int,
    after cursor: PageCursor? = nil
  ) async throws -> Page<R> {
    guard let table = type.any.table else {
      throw DatastoreError(.undeclared, "'\(type.name)' is no root")
    }
    let limit = try Page<R>.clamped(limit)
    let range = try bounds.range(behind: []).going(on: cursor, order)
    let (rows, next) = try await rootRows(of: type.any, table, range, order, limit)
    var page = Page<R>(entries: [], next: next)
    for (place, stored) in rows {
      guard let key = Key<R>(place) else {
        throw DatastoreError(.malformed, "the row's key is no id", key: place)
      }
      page.entries.append(
        Entry(key: key, record: try Stored.decode(R.self, from: stored, at: place)))
    }
    return page
  }

  /// The first roots of a type, or entries of an index with a table, in a range of rows, and where to go on; nil when there are no more.
  mutating func rootRows(
    of type: AnyObjectType, _ table: String, _ range: KeyRange, _ order: KeyOrder, _ limit: Int
  ) async throws -> (rows: [(key: AnyKey, stored: Bytes)], next: PageCursor?) {
    if range.isEmpty { return ([], nil) }
    let qualifier = AnyKey.root(type, .boolean(false)).qualifier
    let scan = Scan(range, columns: .data(qualifier), isReversed: order == .descending)
    let found = try await self.rows(scan, in: table, limit: limit + 1)
    let rows = found.prefix(limit).compactMap { row in
      row.data(qualifier).map { stored in
        (key: AnyKey(table: table, row: row.row, qualifier: qualifier), stored: stored)
      }
    }
    return (rows, found.count > limit ? rows.last.map { PageCursor(bytes: $0.key.row) } : nil)
  }

  /// The first cells of a range of a row, from one end.
  mutating func cells(
    in range: KeyRange, of collection: CollectionKey, order: KeyOrder, limit: Int
  ) async throws -> FoundCells {
    if range.isEmpty { return FoundCells() }
    switch order {
    case .ascending:
      var found = try await cells(
        in: range, of: collection.row, collection.table, cellsMax: limit + 1)
      let goesOn = found.count > limit
      if goesOn { found.removeLast() }
      return FoundCells(found: found, goesOn: goesOn)
    case .descending:
      return try await lastCells(in: range, of: collection, limit: limit)
    }
  }

  /// Reads backwards, as rows cannot be: pieces that begin where a hint says, each forwards, until there are enough cells.
  ///
  /// What the hints say makes it quicker or slower, not otherwise.
  private mutating func lastCells(
    in range: KeyRange, of collection: CollectionKey, limit: Int
  ) async throws -> FoundCells {
    let (row, table) = (collection.row, collection.table)
    var found: [FoundCell] = []
    var stop = range.stop
    var isAtStart = false
    // Where much was deleted few cells are found in a piece, and the next one is as long as all before it.
    var cellsRead = 1
    while found.count <= limit, !isAtStart {
      var start = range.start
      if let stop {
        let end = Column(family: AnyKey.family, qualifier: stop)
        let wanted = max(limit + 1 - found.count, cellsRead)
        let hint = columnToReadFrom(wanted, before: end, in: row, of: table)?.qualifier
        if let hint, hint > start, hint < stop { start = hint }
      }
      isAtStart = start == range.start
      cellsRead = min(2 * max(cellsRead, limit + 1 - found.count), Self.cellsPerHintMax)
      var piece: [FoundCell] = []
      var next = start
      // In bounded pieces, of which the last cells are kept: with a bad hint there may be very many.
      while true {
        let read = try await cells(
          in: KeyRange(from: next, to: stop), of: row, table, cellsMax: Self.cellsPerPiece)
        piece += read
        if piece.count > limit + 1 { piece.removeFirst(piece.count - limit - 1) }
        guard read.count == Self.cellsPerPiece, let last = read.last else { break }
        next = last.qualifier.successor
      }
      found += piece.reversed()
      stop = start
    }
    let goesOn = found.count > limit
    return FoundCells(found: Array(found.prefix(limit)), goesOn: goesOn)
  }

  /// How far back a piece begins at the most, in cells.
  private static var cellsPerHintMax: Int { 8192 }

  /// How many cells are read at once on the way to the last ones.
  private static var cellsPerPiece: Int { 512 }

  mutating func cells(
    in range: KeyRange, of row: RowKey, _ table: String, cellsMax: Int
  ) async throws -> [FoundCell] {
    if range.isEmpty { return [] }
    let get = Get(row, columns: .data(range), cellsMax: cellsMax)
    guard let result = try await self.get(get, in: table) else { return [] }
    return result.map {
      FoundCell(
        qualifier: $0.column.qualifier, value: $0.value, timestamp: $0.timestamp)
    }
  }
}

/// A cell of a datastore's row.
struct FoundCell: Hashable {
  var qualifier: Bytes
  var value: Bytes
  var timestamp: Timestamp
}

/// Cells of a range, and whether it has more of them.
struct FoundCells {
  var found: [FoundCell] = []
  var goesOn = false
}
