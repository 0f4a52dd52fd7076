// SPDX-License-Identifier: Apache-2.0

/// A report as one page that needs nothing else: no script, no network, readable on a phone and in print.
package enum HTMLReport {
  package static func page(_ report: Report, title: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(escaped(title))</title>
    <style>\(style)</style></head><body><main>
    <h1>\(escaped(title))</h1>
    \(head(report.machine, command: report.command, options: report.options))
    <h2>Ratios</h2>
    <p>By how much the first engine of a point is quicker than each other one: the median over interleaved
    rounds; the line shows the least and the greatest round. To the right of 1 it is ahead.</p>
    \(report.points.map(ratios).joined(separator: "\n"))
    <h2>Latencies</h2>
    <p>Microseconds by percentile, both stretched: each step to the right leaves ten times fewer operations
    above it, each step up is ten times longer.</p>
    <div class="grid">\(report.points.map(latencies).joined(separator: "\n"))</div>
    <h2>Figures</h2>
    \(table(report))
    </main></body></html>

    """
  }

  static let style = """
    :root{color-scheme:light dark}
    body{font:16px/1.5 system-ui,sans-serif;margin:0}
    main{max-width:70rem;margin:0 auto;padding:1rem}
    h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin:1rem 0 .2rem}
    .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:1rem}
    figure{margin:0;break-inside:avoid}svg{width:100%;height:auto}
    text{font:11px system-ui,sans-serif;fill:currentColor}
    .scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}
    td,th{padding:.15rem .5rem;text-align:right;border-bottom:1px solid #8884;white-space:nowrap}
    td:first-child,th:first-child,td:nth-child(5),th:nth-child(5){text-align:left}
    @media print{body{font-size:11px}.grid{grid-template-columns:repeat(2,1fr)}.scroll{overflow:visible}}
    """

  /// What a report was made on, and how.
  static func head(_ machine: Machine, command: String, options: [String: String]) -> String {
    let options = options.sorted { $0.key < $1.key }
      .map { "<br>\(escaped($0.key)): \(escaped($0.value))" }.joined()
    return
      "<p>\(escaped(machine.processor)), \(machine.cores) cores, \(machine.memoryBytes >> 30) GiB, "
      + "\(escaped(machine.system)); \(escaped(machine.date))<br>"
      + "<code>\(escaped(command))</code>\(options)</p>"
  }

  static func title(_ point: Point) -> String {
    let clients = point.clients == 1 ? "1 client" : "\(point.clients) clients"
    let place = point.fitsCache ? "" : ", larger than the cache"
    return "\(point.workload): \(clients), \(point.records) records, \(point.durability)\(place)"
  }

  private static func ratios(_ point: Point) -> String {
    let peers = TextTable.order(point).dropFirst()
    let bars = peers.compactMap { name -> BarChart.Bar? in
      guard let ratio = point.ratio[name], let spread = point.ratioSpread[name] else { return nil }
      return BarChart.Bar(name: name, value: ratio, least: spread[0], greatest: spread[1])
    }
    return "<figure><h3>\(escaped(title(point)))</h3>\(BarChart.svg(Array(bars)))</figure>"
  }

  private static func latencies(_ point: Point) -> String {
    let lines = TextTable.order(point).compactMap { name in
      point.engines[name].map { LineChart.Line(name: name, points: $0.latency.curve) }
    }
    return "<figure><h3>\(escaped(title(point)))</h3>\(LineChart.percentiles(lines))</figure>"
  }

  private static func table(_ report: Report) -> String {
    func optional(_ value: Double?, _ digits: Int) -> String {
      value.map { TextTable.rounded($0, digits) } ?? ""
    }
    var rows = ""
    for point in report.points {
      for name in TextTable.order(point) {
        guard let figures = point.engines[name] else { continue }
        let cells = [
          point.workload, String(point.clients), String(point.records), point.durability, name,
          String(Int(figures.operationsPerSecond)), String(Int(figures.operationsPerCPUSecond)),
          TextTable.rounded(figures.latency.p50, 1), TextTable.rounded(figures.latency.p99, 1),
          TextTable.rounded(figures.latency.p999, 1), optional(point.ratio[name], 2),
          optional(figures.writeAmplification, 2), optional(figures.spaceAmplification, 2),
          figures.residentBytes.map { String($0 >> 20) } ?? "", optional(figures.stallSeconds, 3),
          String(figures.retries), String(figures.failures),
        ]
        rows += "<tr>" + cells.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>\n"
      }
    }
    let names = [
      "workload", "clients", "records", "durability", "engine", "ops/s", "ops/CPU s", "p50 µs",
      "p99 µs", "p99.9 µs", "ratio", "write ampl.", "space ampl.", "MiB resident", "s stalled",
      "retries", "failures",
    ]
    let header = names.map { "<th>\($0)</th>" }.joined()
    return "<div class=\"scroll\"><table><tr>\(header)</tr>\(rows)</table></div>"
  }

  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
