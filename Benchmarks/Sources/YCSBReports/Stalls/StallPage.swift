// SPDX-License-Identifier: Apache-2.0

/// A report of stalls as one page that needs nothing else.
package enum StallPage {
  package static func page(_ report: StallReport, title: String) -> String {
    let verdicts = StallTable.verdicts(report)
      .map { "<p><strong>\(HTMLReport.escaped($0))</strong></p>" }.joined(separator: "\n")
    let head = HTMLReport.head(report.machine, command: report.command, options: report.options)
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(HTMLReport.escaped(title))</title>
      <style>\(HTMLReport.style)</style></head><body><main>
      <h1>\(HTMLReport.escaped(title))</h1>
      \(head)
      \(verdicts)
      <h2>Latencies by time</h2>
      <p>Milliseconds, stretched, of what should have begun in each tenth of a second; grey: a volume stalls. Of fewer than a
      thousand operations p99.9 is the longest.</p>
      <div class="grid">\(report.trials.map(charts).joined(separator: "\n"))</div>
      <h2>Figures</h2>
      <p>Durability \(HTMLReport.escaped(report.durability)); milliseconds from when operations should have begun.</p>
      \(table(report))
      </main></body></html>

      """
  }

  private static func charts(_ trial: StallTrial) -> String {
    let timeline = trial.timeline
    return [("commits", timeline.commits), ("reads", timeline.reads)].map { name, cells in
      func line(_ name: String, _ value: (StallTimeline.Cell) -> Double) -> LineChart.Line {
        LineChart.Line(
          name: name,
          points: cells.enumerated().filter { $1.count > 0 }.map { index, cell in
            [Double(index) * timeline.cellSeconds, value(cell)]
          })
      }
      let chart = LineChart.byTime(
        [line("max", \.max), line("p99.9", \.p999)],
        seconds: Double(cells.count) * timeline.cellSeconds, bands: timeline.stalls)
      let title = HTMLReport.escaped("\(trial.name): \(name)")
      return "<figure><h3>\(title)</h3>\(chart)</figure>"
    }.joined(separator: "\n")
  }

  private static func table(_ report: StallReport) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(HTMLReport.escaped($0))</\(tag)>" }.joined() + "</tr>\n"
    }
    let rows = report.trials.map { row(StallTable.cells($0), "td") }.joined()
    return "<div class=\"scroll\"><table>\(row(StallTable.columns, "th"))\(rows)</table></div>"
  }
}
