// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// What a read of one row asks of each SSTable of a locality group, to leave out those that have nothing for it.
package struct RowProbe {
  /// Of how many columns at the most the filters are asked.
  private static let columnsMax = 32

  package let row: Bytes
  package let hash: UInt64

  /// No cell that is older is returned.
  package var leastTimestamp: Int64 = .min

  /// The hashes of the columns, and of the deletes of their families; nil: any column.
  package var columns: [UInt64]?

  package init(row: Bytes) {
    self.row = row
    hash = unsafe row.withUnsafeBytes { unsafe RowHash.hash($0) }
  }

  /// The probe of one group for what a plan selects.
  package func asking(
    for plan: ReadPlan, group: Int, _ filter: LocalityGroup.BloomFilter
  ) -> RowProbe {
    var probe = self
    probe.leastTimestamp = plan.filter?.leastTimestampRead ?? .min
    guard filter == .rowAndColumn, plan.filter?.places.isEmpty ?? true else { return probe }
    var columns: [UInt64] = []
    for family in plan.families where family.group == group {
      guard case .some(let prefixes) = family.columns,
        columns.count + prefixes.count < Self.columnsMax
      else { return probe }
      for prefix in prefixes + [[family.number, CellKey.familyPart]] {
        columns.append(unsafe prefix.withUnsafeBytes { unsafe RowHash.hash(row: hash, column: $0) })
      }
    }
    probe.columns = columns
    return probe
  }
}
