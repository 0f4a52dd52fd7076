// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// What a pass over the locks of a table has come to.
public struct LockResolution: Hashable, Sendable {
  /// How many locks that are not stable were met.
  public var locksMet = 0

  /// How many of them were ended, by this client or by others meanwhile.
  public var locksEnded = 0

  /// How many stay, since their transactions may still be committed.
  public var locksUndecided = 0

  /// How many stay, since they are none that this version knows, are damaged, or intend what the store refuses.
  public var locksUnknown = 0

  /// Creates a value of zeros.
  public init() {}
}

extension TransactionManager {
  /// Ends the locks that commits in two phases have left in a table.
  ///
  /// Nobody needs it for safety, nor to get on: who meets a lock ends it. It is for rows that nobody comes to, whose locks would else stay.
  /// A lock whose transaction is not decided is ended only when it has been seen unchanged for `LockOptions.timeToLive`, in an earlier
  /// pass or by a read.
  ///
  /// - Parameters:
  ///   - table: A table with the family `!lock!`.
  ///   - rows: The rows to look at.
  /// - Returns: What it came to.
  /// - Throws: `noSuchFamily` for a table without locks; `invalidArgument` for an inverted range; errors of the store.
  public func resolveLocks(
    in table: String, rows: KeyRange = .all
  ) async throws(StoreError) -> LockResolution {
    var columns = ColumnSelection()
    columns.add(family: ColumnFamily.lockFamilyName)
    let scan = Scan(rows, columns: columns)
    try scan.validate()
    var resolution = LockResolution()
    var cursor = try await store.scan(scan, in: table)
    while let row = try await cursor.next() {
      let name = TransactionRow(table: table, row: row.row)
      if LockCells(name, row).isStable { continue }
      resolution.locksMet += 1
      do throws(StoreError) {
        switch try await locks.settle(name) {
        case .stable: resolution.locksEnded += 1
        case .undecided: resolution.locksUndecided += 1
        case .unknown: resolution.locksUnknown += 1
        }
      } catch {
        switch error.code {
        // One row whose redo is refused must not keep those behind it.
        case .corruption, .unsupportedFormat, .limitExceeded, .invalidArgument:
          resolution.locksUnknown += 1
        case .unavailable, .unknownOutcome: resolution.locksUndecided += 1
        default: throw error
        }
      }
    }
    return resolution
  }

  /// Ends the locks of some tables again and again, until its task is cancelled: the janitor of commits in two phases.
  ///
  /// For a task of its own that lives as long as the store is open. Each pass is a scan of the lock family.
  ///
  /// - Parameters:
  ///   - tables: Tables with the family `!lock!`; one that is dropped meanwhile is left out from then on.
  ///   - interval: How long to wait between two passes; by default 30 s.
  ///   - onPass: Called at the end of each pass over a table, with what it came to.
  /// - Throws: `invalidArgument` for a negative interval; errors of the store, but for `closed` and `unavailable`: it returns when the store
  ///   is closed or the task is cancelled, and goes on at the next pass when the store was not available.
  public func keepResolvingLocks(
    in tables: [String], every interval: Duration = .seconds(30),
    onPass: @Sendable (_ table: String, LockResolution) -> Void = { _, _ in }
  ) async throws(StoreError) {
    if interval < .zero {
      throw StoreError(.invalidArgument, "an interval of \(interval); at least zero")
    }
    var left = tables
    while true {
      for table in left {
        if Task.isCancelled { return }
        do throws(StoreError) {
          onPass(table, try await resolveLocks(in: table))
        } catch {
          switch error.code {
          case .closed: return
          case .noSuchTable: left.removeAll { $0 == table }
          case .unavailable: continue
          default: throw error
          }
        }
      }
      do {
        try await clock.sleep(for: interval)
      } catch {
        return
      }
    }
  }
}
