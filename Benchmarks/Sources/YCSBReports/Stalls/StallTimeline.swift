// SPDX-License-Identifier: Apache-2.0

package import YCSB

/// How the latencies of a run go with time.
package struct StallTimeline: Codable, Hashable, Sendable {
  /// What should have begun in one part of the time.
  package struct Cell: Codable, Hashable, Sendable {
    package var count = 0
    /// In milliseconds; of fewer than a thousand operations it is the longest.
    package var p999 = 0.0
    package var max = 0.0

    package init() {}
  }

  package var cellSeconds: Double
  package var commits: [Cell]
  package var reads: [Cell]
  /// From when to when a volume stalled, in seconds; those of several volumes overlap.
  package var stalls: [[Double]]

  private enum CodingKeys: String, CodingKey {
    case cellSeconds = "cell_seconds"
    case commits = "commits_ms"
    case reads = "reads_ms"
    case stalls
  }
}

extension StallTimeline {
  package init(
    _ trace: [TracedOperation], seconds: Double, cellSeconds: Double = 0.1, stalls: [[Double]]
  ) {
    self.cellSeconds = cellSeconds
    self.stalls = stalls
    commits = Self.cells(trace, .update, seconds, cellSeconds)
    reads = Self.cells(trace, .read, seconds, cellSeconds)
  }

  private static func cells(
    _ trace: [TracedOperation], _ metric: Metric, _ seconds: Double, _ cellSeconds: Double
  ) -> [Cell] {
    let count = Swift.max(1, Int((seconds / cellSeconds).rounded(.up)))
    var latencies = [[UInt64]](repeating: [], count: count)
    for operation in trace where operation.metric == metric {
      let cell = Int(Double(operation.begin) / 1e9 / cellSeconds)
      latencies[min(cell, count - 1)].append(operation.latency)
    }
    return latencies.map { latencies in
      var cell = Cell()
      guard !latencies.isEmpty else { return cell }
      let sorted = latencies.sorted()
      cell.count = sorted.count
      cell.max = Double(sorted[sorted.count - 1]) / 1e6
      // In whole numbers: 0.999 has no exact double.
      cell.p999 = Double(sorted[(sorted.count * 999 + 999) / 1000 - 1]) / 1e6
      return cell
    }
  }
}

/// A row of characters, each as high as a latency is long; each step is √10 times longer.
package enum Sparkline {
  private static let characters: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  package static let legend =
    "▁ below 0.32 ms, each step √10 times more: ▃ 1 to 3.2 ms, ▅ 10 to 32 ms, █ from 320 ms on"

  /// The character of so many milliseconds; nil: a blank, for none.
  package static func character(_ milliseconds: Double?) -> Character {
    guard let milliseconds else { return " " }
    var level = 0
    var bound = 0.1 * 10.0.squareRoot()
    while level < characters.count - 1, milliseconds >= bound {
      level += 1
      bound *= 10.0.squareRoot()
    }
    return characters[level]
  }

  /// The greatest of each so many values, so that there are no more than `columnsMax`.
  package static func folded(_ values: [Double?], columnsMax: Int) -> [Double?] {
    let each = foldedCount(values.count, columnsMax: columnsMax)
    return stride(from: 0, to: values.count, by: each).map { start in
      values[start..<min(start + each, values.count)].compactMap(\.self).max()
    }
  }

  /// How many values one column stands for.
  package static func foldedCount(_ count: Int, columnsMax: Int) -> Int {
    max(1, (count + columnsMax - 1) / columnsMax)
  }
}
