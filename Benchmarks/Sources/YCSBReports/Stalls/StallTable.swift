// SPDX-License-Identifier: Apache-2.0

/// A report of stalls for a terminal.
package enum StallTable {
  private static let columnsMax = 100

  static let columns = [
    "placement", "stalls", "ops/s", "commit p50", "p99", "p99.9", "max ms", "read p50", "p99",
    "p99.9", "max ms", "injected", "held up", "copies", "commits held back by the store",
  ]

  package static func text(_ report: StallReport) -> String {
    let rows = [columns] + report.trials.map(cells)
    var text = TextTable.aligned(rows) { (2...13).contains($0) && $0 != 11 }
    text += "latencies from when operations should have begun; durability \(report.durability)\n"
    for trial in report.trials { text += "\n" + plot(trial) }
    text += "\n\(Sparkline.legend)\n"
    let verdicts = verdicts(report)
    if !verdicts.isEmpty { text += "\n" + verdicts.map { $0 + "\n" }.joined() }
    return text
  }

  static func cells(_ trial: StallTrial) -> [String] {
    [trial.placement.rawValue, trial.hasStalls ? "yes" : "no", "\(Int(trial.operationsPerSecond))"]
      + latencies(trial.commits) + latencies(trial.reads) + [
        "\(trial.stallCount) (\(TextTable.rounded(trial.stallSeconds, 1)) s)",
        String(trial.heldUpCalls.values.reduce(0, +)), "\(trial.copies) of \(trial.volumes)",
        storeStalls(trial),
      ]
  }

  private static func latencies(_ figures: LatencyFigures) -> [String] {
    [figures.p50, figures.p99, figures.p999, figures.max].map { TextTable.rounded($0 / 1000, 2) }
  }

  private static func storeStalls(_ trial: StallTrial) -> String {
    let stalls = trial.storeStalls.filter { $0.count > 0 }.map { stall in
      "\(stall.cause) \(stall.count) (\(TextTable.rounded(stall.seconds, 2)) s)"
    }
    return stalls.isEmpty ? "-" : stalls.joined(separator: ", ")
  }

  /// The lines that judge; or why there are none.
  package static func verdicts(_ report: StallReport) -> [String] {
    if !report.verdicts.isEmpty { return report.verdicts.map(\.line) }
    guard report.durability != "os",
      report.trials.contains(where: { $0.placement == .twoPlusOne })
    else { return [] }
    return ["no verdict: a commit on disk waits for the durable copy"]
  }

  // MARK: Latencies by time

  private static func plot(_ trial: StallTrial) -> String {
    let timeline = trial.timeline
    let folded = Sparkline.foldedCount(timeline.commits.count, columnsMax: columnsMax)
    let milliseconds = Int((timeline.cellSeconds * 1000).rounded()) * folded
    var text = "\(trial.name); a column is \(milliseconds) ms\n"
    if !timeline.stalls.isEmpty { text += line("stalled", stalled(timeline)) }
    for (name, cells) in [("commits", timeline.commits), ("reads", timeline.reads)] {
      let longest = line("\(name) max", spark(cells, \.max))
      let tail = line("\(name) p99.9", spark(cells, \.p999))
      text += longest
      // Of fewer than a thousand operations both are the same.
      if cells.contains(where: { $0.p999 < $0.max }) { text += tail }
    }
    return text
  }

  private static func spark(
    _ cells: [StallTimeline.Cell], _ value: (StallTimeline.Cell) -> Double
  ) -> String {
    let values = cells.map { $0.count > 0 ? value($0) : nil }
    return String(Sparkline.folded(values, columnsMax: columnsMax).map(Sparkline.character))
  }

  private static func stalled(_ timeline: StallTimeline) -> String {
    let values = timeline.commits.indices.map { index -> Double? in
      let begin = Double(index) * timeline.cellSeconds
      let isStalled = timeline.stalls.contains { stall in
        stall[0] < begin + timeline.cellSeconds && begin < stall[1]
      }
      return isStalled ? 1 : nil
    }
    return String(
      Sparkline.folded(values, columnsMax: columnsMax).map { $0 == nil ? "·" : "x" })
  }

  private static func line(_ name: String, _ characters: String) -> String {
    let padding = String(repeating: " ", count: max(0, 14 - name.count))
    return "  \(name)\(padding) \(characters)\n"
  }
}
