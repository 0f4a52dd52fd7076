// SPDX-License-Identifier: Apache-2.0

public import WideColumn

extension TransactionManager {
  /// Removes ghost rows of some tables again and again, until its task is cancelled.
  ///
  /// For a task of its own that lives as long as the store is open. Goes through a table a piece at a time, and rests between two
  /// pieces for as long as the last one took, so that it takes up no more than half of a thread. See
  /// ``collectGhostRows(in:rows:olderThan:rowsMax:)`` and the article *GhostRows*.
  ///
  /// ```swift
  /// async let collection: Void = manager.keepCollectingGhostRows(in: ["user", "relationship"])
  /// ```
  ///
  /// - Parameters:
  ///   - tables: Tables with the family `!lock!`; one that is dropped meanwhile is left out from then on.
  ///   - interval: How long to wait between the end of a pass over all tables and the next one; by default an hour.
  ///   - age: How long ago the last transaction on a row must have been; by default a day.
  ///   - rowsPerPiece: How many rows to look at before it rests; by default 10,000.
  ///   - onPass: Called at the end of each pass over a table, with what it has done.
  /// - Throws: `invalidArgument` for a negative age or interval, or pieces without rows; errors of the store, but for `closed` and `unavailable`: it returns when the store is closed or the task is cancelled, and
  ///   goes on at the next pass when the store was not available.
  public func keepCollectingGhostRows(
    in tables: [String], every interval: Duration = .seconds(3600),
    olderThan age: Duration = .seconds(86_400), rowsPerPiece: Int = 10_000,
    onPass: @Sendable (_ table: String, GhostRowCollection) -> Void = { _, _ in }
  ) async throws(StoreError) {
    if interval < .zero {
      throw StoreError(.invalidArgument, "an interval of \(interval); at least zero")
    }
    if rowsPerPiece <= 0 {
      throw StoreError(.invalidArgument, "\(rowsPerPiece) rows at a time; at least one")
    }
    var left = tables
    while true {
      for table in left {
        do throws(StoreError) {
          guard let done = try await collectByPieces(table, age, rowsPerPiece) else { return }
          onPass(table, done)
        } catch {
          switch error.code {
          case .closed: return
          case .noSuchTable: left.removeAll { $0 == table }
          case .unavailable: continue
          default: throw error
          }
        }
      }
      guard await rest(for: interval) else { return }
    }
  }

  /// One pass over a table; nil when the task was cancelled.
  private func collectByPieces(
    _ table: String, _ age: Duration, _ rowsPerPiece: Int
  ) async throws(StoreError) -> GhostRowCollection? {
    var total = GhostRowCollection()
    var rows = KeyRange.all
    while true {
      if Task.isCancelled { return nil }
      let begin = clock.monotonicNanoseconds()
      let piece = try await collectGhostRows(
        in: table, rows: rows, olderThan: age, rowsMax: rowsPerPiece)
      total.add(piece)
      guard let next = piece.next else { return total }
      rows.start = next
      let taken = Int64(clamping: clock.monotonicNanoseconds() - begin)
      guard await rest(for: .nanoseconds(taken)) else { return nil }
    }
  }

  /// False when the task was cancelled.
  private func rest(for duration: Duration) async -> Bool {
    do {
      try await clock.sleep(for: duration)
      return !Task.isCancelled
    } catch {
      return false
    }
  }
}

extension GhostRowCollection {
  /// Adds what was done to a further piece.
  mutating func add(_ piece: GhostRowCollection) {
    rowsScanned += piece.rowsScanned
    rowsCollected += piece.rowsCollected
    rowsTooYoung += piece.rowsTooYoung
    rowsChanged += piece.rowsChanged
  }
}
