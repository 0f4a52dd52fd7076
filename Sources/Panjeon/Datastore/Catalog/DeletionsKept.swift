// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTransactions
internal import WideColumn

/// For how long deletions have been remembered since when: what one who observes and comes back may rely on.
///
/// A deletion bears the time that held when it was made, so a longer one helps those alone that were made since.
struct DeletionsKept: Codable, Hashable, Sendable {
  /// A time during which the option was the same; it ends where the next one begins.
  struct Period: Codable, Hashable, Sendable {
    /// When it began, in microseconds since the Unix epoch.
    var since: Int64
    /// For how long a deletion is remembered, in microseconds.
    var kept: Int64

    enum CodingKeys: Int, CodingKey {
      case since = 1
      case kept = 2
    }
  }

  private(set) var periods: [Period]

  enum CodingKeys: Int, CodingKey { case periods = 1 }

  /// How many periods are told apart; the oldest are joined.
  private static let periodsMax = 32

  /// The same since ever.
  init(_ kept: Int64) {
    periods = [Period(since: 0, kept: kept)]
  }

  /// Whether all deletions since a moment are remembered.
  func isKnown(since moment: Int64, at now: Int64) -> Bool {
    for (place, period) in periods.enumerated() {
      if place + 1 < periods.count, moment >= periods[place + 1].since { continue }
      if now.subtracting(period.kept) > max(moment, period.since) { return false }
    }
    return true
  }

  /// What holds when it is another time from now on; nil when it is not.
  func changed(to kept: Int64, at now: Int64) -> DeletionsKept? {
    if periods.last?.kept == kept { return nil }
    var changed = self
    changed.periods.append(Period(since: max(now, periods.last?.since ?? 0), kept: kept))
    // Whoever comes from before the end of a period of which all is forgotten is refused by that one alone.
    while changed.periods.count > 2,
      now.subtracting(changed.periods[1].kept) > changed.periods[2].since
    { changed.periods.removeFirst() }
    if changed.periods.count > Self.periodsMax {
      let first = changed.periods.removeFirst()
      let second = changed.periods[0]
      changed.periods[0] = Period(since: first.since, kept: min(first.kept, second.kept))
    }
    return changed
  }
}

extension Int64 {
  /// The difference, or the least number where that is too small.
  fileprivate func subtracting(_ other: Int64) -> Int64 {
    let (difference, overflows) = subtractingReportingOverflow(other)
    return overflows ? .min : difference
  }
}

extension Datastore {
  private static var deletionsKeptKey: AnyKey {
    AnyKey(
      table: CatalogTable.name, row: CatalogTable.options,
      qualifier: Bytes(utf8: "deletionsKept"))
  }

  /// Writes down that deletions are remembered for another time from now on, if they are.
  func settleDeletionsKept() async throws {
    let kept = state.options.deletionsKept.microseconds
    let known = try await withSnapshot { try await Self.deletionsKept(in: &$0) }
    if known?.periods.last?.kept == kept {
      state.setDeletionsKept(known)
      return
    }
    do {
      let changed = try await withTransaction { transaction in
        let known = try await Self.deletionsKept(in: &transaction)
        let changed =
          known.map { $0.changed(to: kept, at: state.now) ?? $0 } ?? DeletionsKept(kept)
        try transaction.putEntry(try RecordEncoder().encode(changed), at: Self.deletionsKeptKey)
        return changed
      }
      state.setDeletionsKept(changed)
    } catch {
      // Who only reads deletes nothing: what holds for those who write is what counts.
      guard (error as? StoreError)?.code == .readOnly else { throw error }
      state.setDeletionsKept(known)
    }
  }

  private static func deletionsKept(
    in reader: inout some DatastoreReader & ~Copyable
  ) async throws -> DeletionsKept? {
    guard let stored = try await reader.storedValues([deletionsKeptKey])[0] else { return nil }
    return try Stored.decode(DeletionsKept.self, from: stored, at: deletionsKeptKey)
  }
}
