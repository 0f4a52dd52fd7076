// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Something that was read, and must be as it was.
enum ReadDependency: Sendable {
  /// A row, and the header it had.
  case row(TransactionRow, Bytes?)
  /// A range that was scanned.
  case range(UnchangedRange)
}

/// The rows that a commit has locked, each with the header that it found there.
///
/// That need not be the one that was read: a row that is written blindly is locked as others have left it meanwhile.
struct HeldRows: Sendable {
  private let lock: LockHeader
  private let headersBefore: [TransactionRow: Bytes?]

  init(_ plan: CommitPlan) {
    lock = plan.prewritten
    headersBefore = Dictionary(
      plan.writes.map { ($0.name, $0.headerBefore) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether a row bears the lock, and had this header when it was locked.
  func holds(_ name: TransactionRow, _ bytes: Bytes, lockedWith known: Bytes?) -> Bool {
    guard let before = headersBefore[name], before == known else { return false }
    guard let header = LockHeader(decoding: bytes) else { return false }
    return header.state == .prewritten && header.isOfSameCommit(as: lock)
  }
}

extension WideColumnStore {
  /// Scans the headers of a range again.
  ///
  /// - Parameters:
  ///   - range: The range.
  ///   - expected: The headers of its rows that had one.
  ///   - held: The rows that who asks has locked.
  ///   - step: Called before the first row, and then every now and then.
  /// - Returns: A row whose header is another one, was not there, or is not there any more; nil when there is none.
  /// - Throws: Errors of the store.
  func firstChange(
    in range: UnchangedRange, from expected: [RowKey: Bytes], _ held: HeldRows?,
    step: @Sendable () async throws(StoreError) -> Void
  ) async throws(StoreError) -> RowKey? {
    var left = expected
    var rowsSinceStep = 0
    var columns = ColumnSelection()
    columns.add(family: LockColumn.header.family, qualifier: LockColumn.header.qualifier)
    var cursor = try await scan(Scan(range.rows, columns: columns), in: range.table)
    try await step()
    while let row = try await cursor.next() {
      rowsSinceStep += 1
      if rowsSinceStep == rowsPerStep {
        rowsSinceStep = 0
        try await step()
      }
      guard let bytes = row.header else { continue }
      let known = left.removeValue(forKey: row.row)
      if known == bytes { continue }
      let name = TransactionRow(table: range.table, row: row.row)
      if held?.holds(name, bytes, lockedWith: known) != true { return row.row }
    }
    return left.keys.min()
  }

  private var rowsPerStep: Int { 64 }

  /// Looks at everything once more, all at once; returns the place of the first that has changed, with the row; nil when nothing has.
  ///
  /// - Parameters:
  ///   - dependencies: What is looked at.
  ///   - snapshot: What the ranges were scanned through.
  ///   - held: As for a range.
  ///   - limit: How many calls at once at the most.
  ///   - step: Called before each call, and while a range is scanned.
  /// - Returns: What has changed.
  /// - Throws: Errors of the store.
  func firstChange(
    of dependencies: [ReadDependency], _ snapshot: TwoPhaseSnapshot, _ held: HeldRows? = nil,
    atMost limit: Int, step: @escaping @Sendable () async throws(StoreError) -> Void = {}
  ) async throws(StoreError) -> (place: Int, row: RowKey)? {
    let results = await concurrently(dependencies, atMost: limit) { dependency in
      await Result { () async throws(StoreError) -> RowKey? in
        switch dependency {
        case .row(let name, let header):
          try await step()
          return try await self.header(of: name) == header ? nil : name.row
        case .range(let range):
          return try await self.firstChange(
            in: range, from: snapshot.headers(in: range), held, step: step)
        }
      }
    }
    for (place, result) in results.enumerated() {
      if let row = try result.get() { return (place, row) }
    }
    return nil
  }
}
