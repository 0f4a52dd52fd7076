// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// Through what sequence each row of a table is in SSTables, by what the regions say that are gone.
///
/// Of the cells of a row, those are in files which *any* of the regions that held the row had flushed: the half of a split
/// may have flushed its part of what was in memory, while the whole, and what the half was merged into, had not.
package struct FlushedRows: Sendable {
  /// The first rows of intervals within which all is alike; the first is empty.
  private var starts: [Bytes]
  /// By interval: for each group, the greatest sequence that a region says.
  private var flushedThrough: [[UInt64]]

  package init(groupCount: Int, _ regions: [RetiredRegion]) {
    let bounds = regions.flatMap { [$0.rows.start] + ($0.rows.stop.map { [$0] } ?? []) }
    starts = Set(bounds + [Bytes()]).sorted()
    flushedThrough = Array(
      repeating: [UInt64](repeating: 0, count: groupCount), count: starts.count)
    for region in regions where !region.rows.isEmpty {
      var interval = unsafe region.rows.start.withUnsafeBytes { unsafe self.interval(of: $0) }
      while interval < starts.count, region.rows.contains(starts[interval]) {
        for (group, sequence) in region.flushedThrough.prefix(groupCount).enumerated() {
          flushedThrough[interval][group] = max(flushedThrough[interval][group], sequence)
        }
        interval += 1
      }
    }
  }

  /// Whether the files hold the row's cells of a group through a sequence.
  package func holds(_ row: UnsafeRawBufferPointer, group: Int, sequence: UInt64) -> Bool {
    unsafe sequence <= flushedThrough[interval(of: row)][group]
  }

  private func interval(of row: UnsafeRawBufferPointer) -> Int {
    var low = 0
    var high = starts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      let isBehind = unsafe starts[middle].withUnsafeBytes { unsafe compareBytes($0, row) > 0 }
      if isBehind { high = middle - 1 } else { low = middle }
    }
    return low
  }
}
