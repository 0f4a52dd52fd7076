// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Whether a region should be split, and at which row: a table's `SplitPolicy` held against what the region has.
package struct SplitAdvisor: Sendable {
  /// What there is to say of a region.
  package enum Advice: Hashable, Sendable {
    case split(at: Bytes, cause: String)
    case keep(cause: String)

    package var cause: String {
      switch self {
      case .split(_, let cause), .keep(let cause): cause
      }
    }
  }

  private let policy: SplitPolicy
  private let regionCount: Int
  private let memtableBytes: Int

  package init(policy: SplitPolicy, regionCount: Int, memtableBytes: Int) {
    self.policy = policy
    self.regionCount = regionCount
    self.memtableBytes = memtableBytes
  }

  package init(_ table: TableHandle, memtableBytes: Int) {
    self.init(
      policy: table.schema.splitPolicy, regionCount: table.regions.count,
      memtableBytes: memtableBytes)
  }

  /// What the policy says of a region.
  package func advice(for region: Region) -> Advice {
    let bytes = region.view.fileBytes
    guard let bytesMax = policy.bytesMax(regions: regionCount, memtableBytes: memtableBytes) else {
      return .keep(cause: "its table's policy is \(policy)")
    }
    let measured = "it holds \(bytes) bytes, "
    guard bytes > UInt64(bytesMax) else {
      return .keep(cause: measured + "not more than \(bytesMax)")
    }
    guard let middle = middle(of: region) else {
      return .keep(cause: measured + "more than \(bytesMax), but \(Self.noMiddle(policy))")
    }
    return .split(at: middle, cause: measured + "more than \(bytesMax)")
  }

  private static func noMiddle(_ policy: SplitPolicy) -> String {
    policy.grouping == .none
      ? "all its blocks end in its first row"
      : "its middle lies within rows that stay together"
  }

  /// The row that cuts the largest of its files in two, or the next one behind what must stay together, or that of the
  /// next largest file; nil when in none a row of the region is left in front of it.
  package func middle(of region: Region) -> Bytes? {
    let tables = region.view.groups.flatMap { $0.upper + $0.bottom }
    let first = max(tables.map(\.rows.start).min() ?? Bytes(), region.rows.start)
    for table in tables.sorted(by: { $0.bytes > $1.bytes }) {
      let row = table.file.index.row(behindMiddleOf: table.rows) { row in
        let point = policy.groupStart(of: row)
        return point > first && region.rows.contains(point)
      }
      if let row { return policy.groupStart(of: row) }
    }
    return nil
  }

  /// Where a region is split when it is asked for.
  ///
  /// - Parameters:
  ///   - region: The region.
  ///   - row: The first row of the second half; nil for the middle.
  /// - Returns: That row.
  /// - Throws: `invalidArgument` with the reason.
  package func point(in region: Region, at row: Bytes?) throws(StoreError) -> Bytes {
    func refuse(_ why: String) -> StoreError {
      StoreError(.invalidArgument, "region \(region.id) cannot be split: \(why)")
    }
    if policy.trigger == .disabled { throw refuse("its table's policy is \(policy)") }
    guard let row else {
      if let middle = middle(of: region) { return middle }
      let isEmpty = region.view.fileBytes == 0
      throw refuse(
        isEmpty ? "it has no file to find a middle in; name a row" : Self.noMiddle(policy))
    }
    let place = Self.describe(region.rows)
    if row == region.rows.start { throw refuse("'\(row)' is its first row; it holds \(place)") }
    guard region.rows.contains(row) else {
      throw refuse("'\(row)' lies outside; it holds \(place)")
    }
    let start = policy.groupStart(of: row)
    guard start == row else {
      throw refuse("'\(row)' lies within rows that stay together; they begin at '\(start)'")
    }
    return row
  }

  /// Rows in words: "rows from 'a' to before 'm'".
  package static func describe(_ rows: KeyRange) -> String {
    let start = rows.start.isEmpty ? "the beginning" : "'\(rows.start)'"
    let stop = rows.stop.map { "before '\($0)'" } ?? "the end"
    return "rows from \(start) to \(stop)"
  }
}
