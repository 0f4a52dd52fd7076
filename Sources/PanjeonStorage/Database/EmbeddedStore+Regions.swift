// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// Splits and merges of regions. Clients notice none of them: a commit that meets one is put in order again within the
/// library, a read sees its table as it was before or after, a snapshot what it always saw.
extension EmbeddedStore {
  /// Splits a region; durable when it returns.
  ///
  /// No data is written: the halves share the region's files until the next compaction of each.
  ///
  /// - Parameters:
  ///   - id: The region's number; ``StoreInfo`` has them.
  ///   - row: The first row of the second half; nil for the middle of the region's largest file.
  ///   - cause: Why, for those who ask the store later.
  /// - Returns: The numbers of the halves.
  /// - Throws: `invalidArgument` with the reason: there is no such region, the row lies outside it, is its first row, or
  ///   lies within rows that the table's `SplitPolicy` keeps together; `readOnly`, `io`, `noSpace`, `closed`.
  public func splitRegion(
    _ id: UInt64, at row: RowKey? = nil, cause: String = "it was asked for"
  ) async throws(StoreError) -> (UInt64, UInt64) {
    if let row { try limits.check(row: row) }
    return try await changeRegions(cause: cause) { [self] work throws(StoreError) in
      let (region, point) = try splitPoint(of: id, at: row)
      let halves = try work.split(region, at: point, cause: cause)
      return (halves[0].id, halves[1].id)
    }
  }

  /// Splits the region that holds a row, so that another begins with it; durable when it returns.
  ///
  /// Throws as ``splitRegion(_:at:cause:)``, and `noSuchTable`.
  public func split(table: String, at row: RowKey) async throws(StoreError) {
    try limits.check(row: row)
    _ = try await changeRegions { [self] work throws(StoreError) in
      let handle = try catalog.table(table)
      let (region, point) = try splitPoint(of: handle.region(of: row).id, at: row)
      _ = try work.split(region, at: point, cause: "it was asked for")
    }
  }

  /// Merges two neighbours; durable when it returns.
  ///
  /// No data is written: the merged region has the files of both.
  ///
  /// - Parameters:
  ///   - first: The number of the region whose rows come first, or second.
  ///   - second: The number of the other.
  ///   - cause: Why, for those who ask the store later.
  /// - Returns: The number of the merged region.
  /// - Throws: `invalidArgument` with the reason: there is no such region, or they are not neighbours in one table;
  ///   `readOnly`, `io`, `noSpace`, `closed`.
  public func mergeRegions(
    _ first: UInt64, _ second: UInt64, cause: String = "it was asked for"
  ) async throws(StoreError) -> UInt64 {
    try await changeRegions(cause: cause) { [self] work throws(StoreError) in
      let (left, right) = try neighbours(first, second)
      return try work.merge(left, right, cause: cause).id
    }
  }

  /// Gives a table another split policy; durable when it returns.
  ///
  /// Throws `noSuchTable`, `invalidArgument`, `readOnly`, `closed`, or `unknownOutcome` when the MANIFEST could not be
  /// written: it has its old one, unless the store crashes before it is resumed.
  public func setSplitPolicy(_ policy: SplitPolicy, of table: String) async throws(StoreError) {
    if let fault = policy.fault {
      throw StoreError(.invalidArgument, "table '\(table)': split policy: \(fault)")
    }
    try await changeRegions { [self] work throws(StoreError) in
      try work.set(policy, of: try catalog.table(table))
    }
  }

  /// What would make the regions of a table more even: splits of the large and the hot, merges of the small.
  ///
  /// Throws `noSuchTable` or `closed`.
  public func regionProposals(for table: String) throws(StoreError) -> [RegionProposal] {
    try requireOpen()
    return RegionNormalizer.proposals(
      for: try catalog.table(table), rates: background?.regions.rates,
      memtableBytes: configuration.memtableBytesMax)
  }

  /// Does what ``regionProposals(for:)`` says, and returns it; durable when it returns.
  ///
  /// Throws `noSuchTable`, `readOnly`, `io`, `noSpace` or `closed`.
  public func normalizeRegions(of table: String) async throws(StoreError) -> [RegionProposal] {
    try await changeRegions { [self] work throws(StoreError) in
      try work.normalize(try catalog.table(table))
    }
  }

  /// The longest reason that is kept.
  package static let causeBytesMax = 1024

  private func changeRegions<T: Sendable>(
    cause: String = "", _ body: @escaping @Sendable (RegionWork) throws(StoreError) -> T
  ) async throws(StoreError) -> T {
    try requireOpen()
    if cause.utf8.count > Self.causeBytesMax {
      throw StoreError(
        .limitExceeded, "a cause of \(cause.utf8.count) bytes; at most \(Self.causeBytesMax)")
    }
    return try await requireWritable().regions.run(body)
  }
}

extension EmbeddedStore {
  /// The region and the row at which it would be split; also of a store that is only read.
  ///
  /// Throws `invalidArgument` with the reason why it cannot be.
  package func splitPoint(
    of id: UInt64, at row: Bytes?
  ) throws(StoreError) -> (Region, Bytes) {
    let (table, region) = try find(id)
    let advisor = SplitAdvisor(table, memtableBytes: configuration.memtableBytesMax)
    return (region, try advisor.point(in: region, at: row))
  }

  /// Two regions by row, if they are neighbours.
  ///
  /// Throws `invalidArgument` with the reason why they cannot be merged.
  package func neighbours(_ first: UInt64, _ second: UInt64) throws(StoreError) -> (Region, Region)
  {
    let (firstTable, one) = try find(first)
    let (secondTable, other) = try find(second)
    func refuse(_ why: String) -> StoreError {
      StoreError(.invalidArgument, "regions \(first) and \(second) cannot be merged: \(why)")
    }
    if first == second { throw refuse("they are the same region") }
    if firstTable.record.id != secondTable.record.id {
      throw refuse(
        "they belong to tables '\(firstTable.schema.name)' and '\(secondTable.schema.name)'")
    }
    let (left, right) = one.rows.start < other.rows.start ? (one, other) : (other, one)
    guard left.rows.stop == right.rows.start else {
      let ends = left.rows.stop.map { "'\($0)'" } ?? "the end"
      throw refuse(
        "they are not neighbours; region \(left.id) ends before \(ends), "
          + "region \(right.id) begins at '\(right.rows.start)'")
    }
    return (left, right)
  }

  private func find(_ id: UInt64) throws(StoreError) -> (TableHandle, Region) {
    for table in catalog.all {
      if let region = table.regions.first(where: { $0.id == id }) { return (table, region) }
    }
    throw StoreError(
      .invalidArgument,
      "there is no region \(id) now; it may have been split or merged (`info()` lists them)")
  }
}
