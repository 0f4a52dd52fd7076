// SPDX-License-Identifier: Apache-2.0

import Histogram
import Testing
import YCSB
import YCSBEngines
import YCSBReports

@Suite("Runner", .serialized)
struct RunnerTests {
  private func properties(_ more: [String: String]) -> Properties {
    var properties = Properties()
    properties["workload"] = "core"
    properties["recordcount"] = "200"
    for (name, value) in more { properties[name] = value }
    return properties
  }

  private func result(_ properties: Properties) async throws -> RunResult {
    var result: RunResult?
    try await withEngine(.limit, properties) { engine in
      for phase in [RunOptions.Phase.load, .run] {
        let workload = try WorkloadKind.make(properties)
        let options = try RunOptions(
          properties, phase: phase, loadCount: workload.loadCount, hasStatus: false)
        result = try await Runner(engine, workload, options).run()
      }
    }
    return try #require(result)
  }

  @Test("The same seed makes the same operations, another seed others")
  func seeds() async throws {
    func counts(_ seed: String) async throws -> [Metric: Int] {
      let result = try await result(
        properties(["operationcount": "5000", "threadcount": "3", "seed": seed]))
      return result.measurements.byMetric.mapValues { Int($0.latencies.totalCount) }
    }
    let first = try await counts("5")
    #expect(try await counts("5") == first)
    #expect(try await counts("6") != first)
    #expect(first.values.reduce(0, +) == 5000)
  }

  @Test("A target is held to, and latencies are measured from when they should have begun")
  func target() async throws {
    let result = try await result(
      properties([
        "operationcount": "300", "target": "1000", "threadcount": "2",
        "measurement.interval": "both",
      ]))
    #expect(result.operationsPerSecond < 1100)
    #expect(result.operationsPerSecond > 500)
    let read = try #require(result.measurements.byMetric[.read])
    #expect(read.intended?.totalCount == read.latencies.totalCount)
    // What should have begun cannot have begun earlier.
    #expect((read.intended?.mean ?? 0) >= read.latencies.mean)
  }

  @Test("A run ends when its time is over")
  func time() async throws {
    let result = try await result(
      properties(["operationcount": "0", "maxexecutiontime": "0.3", "threadcount": "2"]))
    #expect(result.seconds >= 0.3 && result.seconds < 3)
    #expect(result.measurements.operations > 100)
  }

  @Test("The report has YCSB's lines")
  func text() async throws {
    var run = properties(["operationcount": "1000", "hdrhistogram.percentiles": "50,99,99.9"])
    let result = try await result(run)
    let lines = Exporter.text(try Exporter(run).lines(result), .text).split(separator: "\n")
    #expect(lines[0].hasPrefix("[OVERALL], RunTime(ms), "))
    #expect(lines[1].hasPrefix("[OVERALL], Throughput(ops/sec), "))
    for expected in [
      "[READ], Operations, ", "[READ], AverageLatency(us), ", "[READ], MinLatency(us), ",
      "[READ], MaxLatency(us), ", "[READ], 50thPercentileLatency(us), ",
      "[READ], 99thPercentileLatency(us), ", "[READ], 99.9PercentileLatency(us), ",
      "[READ], Return=OK, ", "[UPDATE], Operations, ",
    ] {
      #expect(lines.contains { $0.hasPrefix(expected) }, "\(expected)")
    }
    run["exporter"] = "jsonarray"
    let json = Exporter.text(try Exporter(run).lines(result), .jsonArray)
    #expect(json.hasPrefix("[{\"metric\":\"OVERALL\",\"measurement\":\"RunTime(ms)\",\"value\":"))
  }

  @Test(
    "A report names every engine at every point, whether loads are repeated or made in parts",
    arguments: [false, true])
  func report(loadsInParts: Bool) async throws {
    var plan = Plan.quick
    try plan.keep(workloads: ["load", "C", "worst"], engines: ["limit"])
    for index in plan.stages.indices {
      plan.stages[index].records = 300
      plan.stages[index].rounds = 2
      plan.stages[index].seconds = 0.05
    }
    plan.stages[0].loadsInParts = loadsInParts
    let directory = "/tmp/ycsb-report-test \(loadsInParts)"
    defer { try? FileTree.remove(directory) }
    let report = try await Comparison(plan, directory: directory, seed: 1, progress: { _ in })
      .run(command: "test")
    #expect(report.points.map(\.workload) == ["load", "C", "worst", "worst"])
    #expect(report.points.map(\.durability) == ["os", "os", "os", "disk"])
    #expect(report.points[0].rounds == 3)
    #expect(report.points.map(\.subject) == ["panjeon", "panjeon", "panjeon-txn", "panjeon-txn"])
    for point in report.points {
      #expect(point.engines.keys.sorted() == ["limit", point.subject].sorted())
      #expect(point.ratio.keys.sorted() == ["limit"])
      #expect(point.engines.values.allSatisfy { $0.operationsPerSecond > 0 && $0.failures == 0 })
    }
    #expect(TextTable.text(report).contains("panjeon-txn"))
    let page = HTMLReport.page(report, title: "A <title>")
    #expect(page.contains("A &lt;title&gt;") && page.contains("<svg"))
    #expect(!page.contains("http://") && !page.contains("https://"))
  }
}
