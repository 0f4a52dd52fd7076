// SPDX-License-Identifier: Apache-2.0

public import WideColumn

/// A change of a table's regions that would make them more even, and why.
public struct RegionProposal: Hashable, Sendable {
  /// What is to be done.
  public enum Action: Hashable, Sendable {
    /// Split the region at a row.
    case split(region: UInt64, at: RowKey)

    /// Merge the region with the one behind it.
    case merge(UInt64, UInt64)
  }

  /// What is to be done.
  public var action: Action

  /// Why, as a clause: "it holds 40 MiB, more than twice the mean of 12 MiB".
  public var cause: String

  package init(_ action: Action, cause: String) {
    self.action = action
    self.cause = cause
  }
}

/// Proposes splits and merges for a table whose regions differ much in size or in requests.
///
/// HBase's simple normaliser: a region of more than twice the mean is split, neighbours of together less than the mean are
/// merged, but no table to fewer than three regions. Beyond it, hot regions are split, and not merged. A pure function.
package struct RegionNormalizer: Sendable {
  /// What it looks at of a region.
  package struct Measure: Sendable {
    package var id: UInt64
    package var bytes: UInt64
    package var isHot: Bool
    package var mayMerge: Bool
    /// Where it would be split, if it can be.
    package var middle: Bytes?

    package init(
      id: UInt64, bytes: UInt64, isHot: Bool, mayMerge: Bool = true, middle: Bytes?
    ) {
      self.mayMerge = mayMerge
      self.id = id
      self.bytes = bytes
      self.isHot = isHot
      self.middle = middle
    }
  }

  /// The fewest regions that merges leave; by default 3.
  package var regionsMin = 3

  package init() {}

  /// What to do, in the order of the rows; no region is in two proposals.
  ///
  /// - Parameter regions: All regions of a table, by row.
  /// - Returns: The proposals.
  package func propose(_ regions: [Measure]) -> [RegionProposal] {
    guard !regions.isEmpty else { return [] }
    let mean = regions.reduce(0) { $0 + $1.bytes } / UInt64(regions.count)
    var proposals: [RegionProposal] = []
    var left = regions.count
    var index = 0
    while index < regions.count {
      let region = regions[index]
      if let split = split(region, mean: mean) {
        proposals.append(split)
        left += 1
      } else if left > regionsMin, index + 1 < regions.count,
        let merge = merge(region, regions[index + 1], mean: mean)
      {
        proposals.append(merge)
        left -= 1
        index += 1
      }
      index += 1
    }
    return proposals
  }

  private func split(_ region: Measure, mean: UInt64) -> RegionProposal? {
    guard let middle = region.middle else { return nil }
    let action = RegionProposal.Action.split(region: region.id, at: middle)
    if region.isHot {
      return RegionProposal(action, cause: "it gets far more requests than the others")
    }
    guard region.bytes > 2 * mean, mean > 0 else { return nil }
    return RegionProposal(
      action, cause: "it holds \(region.bytes) bytes, more than twice the mean of \(mean)")
  }

  private func merge(_ first: Measure, _ second: Measure, mean: UInt64) -> RegionProposal? {
    let bytes = first.bytes + second.bytes
    guard !first.isHot, !second.isHot, first.mayMerge, second.mayMerge, bytes < mean else {
      return nil
    }
    return RegionProposal(
      .merge(first.id, second.id),
      cause: "together they hold \(bytes) bytes, less than the mean of \(mean)")
  }
}
