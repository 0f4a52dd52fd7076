// SPDX-License-Identifier: Apache-2.0

/// A report for a terminal.
package enum TextTable {
  package static func text(_ report: Report) -> String {
    var rows = [
      [
        "workload", "clients", "records", "durable", "engine", "ops/s", "ops/CPU s", "p50", "p99",
        "p99.9 us", "ratio", "spread",
      ]
    ]
    for point in report.points {
      for name in order(point) {
        guard let figures = point.engines[name] else { continue }
        let spread = point.ratioSpread[name].map { "\(rounded($0[0], 2))–\(rounded($0[1], 2))" }
        rows.append([
          point.workload, String(point.clients), String(point.records), point.durability, name,
          String(Int(figures.operationsPerSecond)), String(Int(figures.operationsPerCPUSecond)),
          rounded(figures.latency.p50, 1), rounded(figures.latency.p99, 1),
          rounded(figures.latency.p999, 1), point.ratio[name].map { rounded($0, 2) } ?? "",
          spread ?? "",
        ])
      }
    }
    return aligned(rows) { (1...2).contains($0) || $0 >= 5 }
      + "ratio: by how much \(subjects(report)) is quicker; median over interleaved rounds, and their spread\n"
  }

  private static func subjects(_ report: Report) -> String {
    var names: [String] = []
    for point in report.points where !names.contains(point.subject) { names.append(point.subject) }
    return names.joined(separator: " or ")
  }

  /// The subject first, then the others by name.
  package static func order(_ point: Point) -> [String] {
    [point.subject] + point.engines.keys.filter { $0 != point.subject }.sorted()
  }

  static func rounded(_ number: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((number * scale).rounded())
    if digits == 0 { return String(scaled) }
    let fraction = String(abs(scaled) % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(scaled < 0 ? "-" : "")\(abs(scaled) / Int(scale)).\(zeros)\(fraction)"
  }

  /// Rows in columns, numbers to the right.
  static func aligned(_ rows: [[String]], isNumber: (Int) -> Bool) -> String {
    let columns = rows[0].indices
    let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      columns.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return isNumber(column) ? padding + row[column] : row[column] + padding
      }.joined(separator: "  ") + "\n"
    }.joined()
  }
}
