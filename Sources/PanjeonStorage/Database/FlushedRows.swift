// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Through what sequence each row of a table is in SSTables, as all regions say that it has or had.
///
/// A region that is gone says it of its rows as they were when it went; of the cells of a row, those are in files which
/// any of the regions that held the row had flushed.
package struct FlushedRows: Sendable {
  /// The first rows of intervals within which all is alike; the first is empty.
  private var starts: [Bytes]
  /// By interval: for each group, the greatest sequence that a region says.
  private var flushedThrough: [[UInt64]]

  package init(groupCount: Int, _ regions: [(rows: KeyRange, flushedThrough: [UInt64])]) {
    let bounds = regions.flatMap { [$0.rows.start] + ($0.rows.stop.map { [$0] } ?? []) }
    starts = Set(bounds + [Bytes()]).sorted()
    flushedThrough = []
    for start in starts {
      var greatest = [UInt64](repeating: 0, count: groupCount)
      for region in regions where region.rows.contains(start) {
        for (group, sequence) in region.flushedThrough.prefix(groupCount).enumerated() {
          greatest[group] = max(greatest[group], sequence)
        }
      }
      flushedThrough.append(greatest)
    }
  }

  /// Whether the files hold the row's cells of a group through a sequence.
  package func holds(_ row: UnsafeRawBufferPointer, group: Int, sequence: UInt64) -> Bool {
    var low = 0
    var high = starts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      let isBehind = unsafe starts[middle].withUnsafeBytes { unsafe compareBytes($0, row) > 0 }
      if isBehind { high = middle - 1 } else { low = middle }
    }
    return sequence <= flushedThrough[low][group]
  }
}
