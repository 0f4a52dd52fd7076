// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// The objects, or entries, of a type in a table, in pieces that fit in a transaction each, of one row or of many.
///
/// They are those of snapshots: what is put later, writers have seen to.
struct ObjectPieces<Store: AtomicBatchStore> {
  private let datastore: Datastore<Store>
  private let table: String
  /// The qualifiers of the type.
  private let qualifiers: KeyRange

  init(_ datastore: Datastore<Store>, of typeNumber: Int, in table: String) {
    self.datastore = datastore
    self.table = table
    qualifiers = .prefix(AnyObjectType.prefix(typeNumber))
  }

  /// How many bytes of values a piece reads at the most, but for the last one.
  private static var bytesPerPiece: Int { 4 << 20 }

  /// How many cells of a row are read at once on the way.
  private static var cellsPerBatch: Int { 16 }

  /// Has `body` work on piece after piece.
  ///
  /// One that is too large for a transaction, or that meets other writers again and again, is cut in halves, down to a single object, of which the error is thrown.
  ///
  /// - Parameters:
  ///   - start: Where to go on; nil: at the beginning.
  ///   - body: Is given keys in their order, at least one.
  /// - Throws: What `body` throws; errors of the store.
  func forEach(
    from start: BuildProgress?, _ body: (ArraySlice<AnyKey>) async throws -> Void
  ) async throws {
    var place = (row: start?.row ?? Bytes(), qualifier: start?.qualifier)
    while true {
      let found = try await keys(from: place.row, after: place.qualifier)
      guard let last = found.last else { return }
      var rest = found[...]
      var countMax = found.count
      while !rest.isEmpty {
        let piece = rest.prefix(countMax)
        do {
          try await body(piece)
          rest = rest.dropFirst(piece.count)
        } catch {
          guard error.mayPassInSmallerPieces, piece.count > 1 else { throw error }
          countMax = piece.count / 2
        }
      }
      place = (last.row, last.qualifier)
    }
  }

  /// The next keys, as many as a piece has; none at the end.
  private func keys(from row: RowKey, after qualifier: Bytes?) async throws -> [AnyKey] {
    try await datastore.withSnapshot { snapshot in
      var piece = Piece(countMax: datastore.state.options.objectsPerPiece)
      var rows = KeyRange(from: row, to: nil)
      if let qualifier {
        let rest = KeyRange(from: qualifier.successor, to: qualifiers.stop)
        try await read(.single(row), rest, snapshot, &piece)
        rows.start = row.successor
      }
      if !piece.isFull { try await read(rows, qualifiers, snapshot, &piece) }
      return piece.keys
    }
  }

  private func read(
    _ rows: KeyRange, _ qualifiers: KeyRange, _ snapshot: DatastoreSnapshot<Store>,
    _ piece: inout Piece
  ) async throws {
    if qualifiers.isEmpty { return }
    let scan = Scan(rows, columns: .data(qualifiers), cellsPerBatchMax: Self.cellsPerBatch)
    var cursor = try await snapshot.snapshot.scan(scan, in: table)
    while !piece.isFull, let batch = try await cursor.next() {
      for cell in batch where !piece.isFull {
        let qualifier = cell.column.qualifier
        guard KeyPathParts(qualifier)?.kind == .object else { continue }
        piece.keys.append(AnyKey(table: table, row: batch.row, qualifier: qualifier))
        piece.bytes += cell.value.count
      }
    }
  }

  /// The keys of a piece, and how much is stored under them.
  private struct Piece {
    let countMax: Int
    var keys: [AnyKey] = []
    var bytes = 0

    var isFull: Bool { keys.count >= countMax || bytes >= ObjectPieces.bytesPerPiece }
  }
}

extension Error {
  /// Whether a transaction was refused for its size, or for all that it depends on, and a smaller one might not be.
  fileprivate var mayPassInSmallerPieces: Bool {
    let codes: [TransactionError.Code] = [.tooLarge, .retriesExhausted, .deadlineExceeded]
    if let code = (self as? TransactionError)?.code { return codes.contains(code) }
    return (self as? StoreError)?.code == .limitExceeded
  }
}
