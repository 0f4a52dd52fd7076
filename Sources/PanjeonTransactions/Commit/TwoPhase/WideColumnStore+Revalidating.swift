// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Something that was read, and must be as it was.
enum ReadDependency: Sendable {
  /// A row, and the header it had.
  case row(TransactionRow, Bytes?)
  /// A range that was scanned.
  case range(UnchangedRange)
}

extension WideColumnStore {
  /// Scans the headers of a range again.
  ///
  /// - Parameters:
  ///   - range: The range.
  ///   - expected: The headers of its rows that had one.
  ///   - owner: A lock whose owner asks; rows that it holds count as unchanged, since it held them to what they were.
  /// - Returns: A row whose header is another one, was not there, or is not there any more; nil when there is none.
  /// - Throws: Errors of the store.
  func firstChange(
    in range: UnchangedRange, from expected: [RowKey: Bytes], lockedBy owner: LockHeader?
  ) async throws(StoreError) -> RowKey? {
    var left = expected
    var columns = ColumnSelection()
    columns.add(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
    var cursor = try await scan(Scan(range.rows, columns: columns), in: range.table)
    while let row = try await cursor.next() {
      guard let bytes = row.header else { continue }
      let known = left.removeValue(forKey: row.row)
      if known == bytes { continue }
      if let owner, let header = LockHeader(decoding: bytes), header.state == .prewritten,
        header.isOfSameCommit(as: owner)
      {
        continue
      }
      return row.row
    }
    return left.keys.min()
  }

  /// Looks at everything once more, all at once; returns the place of the first that has changed, with the row; nil when nothing has.
  ///
  /// - Parameters:
  ///   - dependencies: What is looked at.
  ///   - snapshot: What the ranges were scanned through.
  ///   - owner: As for a range.
  ///   - limit: How many calls at once at the most.
  /// - Returns: What has changed.
  /// - Throws: Errors of the store.
  func firstChange(
    of dependencies: [ReadDependency], _ snapshot: TwoPhaseSnapshot, lockedBy owner: LockHeader?,
    atMost limit: Int
  ) async throws(StoreError) -> (place: Int, row: RowKey)? {
    let results = await concurrently(dependencies, atMost: limit) { dependency in
      await Result { () async throws(StoreError) -> RowKey? in
        switch dependency {
        case .row(let name, let header):
          return try await self.header(of: name) == header ? nil : name.row
        case .range(let range):
          return try await self.firstChange(
            in: range, from: snapshot.headers(in: range), lockedBy: owner)
        }
      }
    }
    for (place, result) in results.enumerated() {
      if let row = try result.get() { return (place, row) }
    }
    return nil
  }
}
