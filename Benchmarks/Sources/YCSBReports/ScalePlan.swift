// SPDX-License-Identifier: Apache-2.0

package import YCSB
package import YCSBEngines

/// One workload at growing sizes and with growing numbers of clients.
package struct ScalePlan: Sendable {
  package var workload: String
  package var engines: [EngineKind]
  /// In records.
  package var sizes: [Int]
  package var clients: [Int]
  package var cacheBytes: Int
  package var memtableBytes: Int
  package var rounds: Int
  package var seconds: Double

  /// The memory that an engine gets for cache and memtables.
  private var budgetBytes: Int { cacheBytes + EngineOptions.memtablesMax * memtableBytes }

  /// Sizes from a sixteenth of the memory budget to four times of it.
  package init(workload: String, engines: [String], seconds: Double, rounds: Int) throws(UsageError)
  {
    let names = ReportWorkload.names
    guard names.contains(workload) else {
      throw UsageError(
        "there is no workload '\(workload)'; there are \(names.joined(separator: ", "))")
    }
    self.workload = workload
    let isTransactional = Plan.transactions.contains(workload)
    let all = isTransactional ? Plan.transactional : Plan.core
    var kinds: [EngineKind] = []
    for name in engines { kinds.append(try EngineKind.named(name)) }
    self.engines = kinds.isEmpty ? all : all.filter { $0 == all[0] || kinds.contains($0) }
    cacheBytes = 32 << 20
    memtableBytes = 8 << 20
    clients = [1, 2, 4, 8, 16, 32, 64]
    self.rounds = rounds
    self.seconds = seconds
    sizes = []
    sizes = [1.0 / 16, 1.0 / 4, 1, 2, 4].map { Int($0 * Double(budgetBytes) / 1100) }
  }

  /// All sizes at two clients; all numbers of clients at the second size.
  package var plan: Plan {
    let stages = sizes.enumerated().map { index, records in
      Plan.Stage(
        engines: engines, subject: engines[0], records: records,
        durability: workload == "put-durable" ? .disk : .os, cacheBytes: cacheBytes,
        memtableBytes: memtableBytes,
        loadWorkload: Plan.transactions.contains(workload) ? workload : "A", loadRounds: 0,
        workloads: [workload], clients: index == 1 ? clients : [2], rounds: rounds,
        seconds: seconds, warmupSeconds: 2 * seconds)
    }
    return Plan(name: "scale \(workload)", stages: stages, measuresMemory: false, secondsMax: nil)
  }
}

/// The page of a scale report: how cost grows with the data, and throughput with the clients.
package enum ScalePage {
  package static func page(_ report: Report, title: String) -> String {
    let bySize = report.points.filter { $0.clients == 2 }
    let clientsAt = bySize.dropFirst().first?.records
    let byClients = report.points.filter { $0.records == clientsAt }
    func lines(
      _ points: [Point], _ x: (Point) -> Double, _ y: (EnginePoint) -> Double
    ) -> [LineChart.Line] {
      guard let first = points.first else { return [] }
      return TextTable.order(first).map { name in
        LineChart.Line(
          name: name,
          points: points.compactMap { point in point.engines[name].map { [x(point), y($0)] } })
      }
    }
    func figure(_ name: String, _ lines: [LineChart.Line], _ ticks: [Double]) -> String {
      let labels = ticks.map { ($0, BarChart.short($0)) }
      return "<figure><h3>\(name)</h3>\(LineChart.logarithmic(lines, xTicks: labels))</figure>"
    }
    let sizes = bySize.map { Double($0.records) }
    let clients = byClients.map { Double($0.clients) }
    let charts = [
      figure(
        "Processor time by records, µs an operation",
        lines(bySize, { Double($0.records) }, { 1e6 / max(1, $0.operationsPerCPUSecond) }), sizes),
      figure(
        "Operations a second by records",
        lines(bySize, { Double($0.records) }, { $0.operationsPerSecond }), sizes),
      figure(
        "p99 by records, µs", lines(bySize, { Double($0.records) }, { $0.latency.p99 }), sizes),
      figure(
        "Operations a second by clients",
        lines(byClients, { Double($0.clients) }, { $0.operationsPerSecond }), clients),
      figure(
        "p99 by clients, µs", lines(byClients, { Double($0.clients) }, { $0.latency.p99 }), clients),
    ]
    let page = HTMLReport.page(report, title: title)
    return page.replacing(
      "<h2>Ratios</h2>",
      with: "<h2>Growth</h2><div class=\"grid\">\(charts.joined())</div><h2>Ratios</h2>")
  }
}
