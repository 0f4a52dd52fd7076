// SPDX-License-Identifier: Apache-2.0

#if Metrics
  import MetricsTestKit
  import PanjeonStorage
  import Testing

  @Suite("MetricsExporter")
  struct MetricsExporterTests {
    private static func metrics(after seconds: Int, commits: UInt64, stalls: UInt64) -> Metrics {
      var metrics = Metrics()
      metrics.elapsed = .seconds(seconds)
      metrics.commits.onDisk = commits
      metrics.stalls[.filesToCompact].count = stalls
      metrics.snapshots.open = commits * 2
      var table = Metrics.TableFiles(name: "account")
      table.readAmplification = 5
      metrics.tables = [table]
      return metrics
    }

    @Test(
      "Totals grow by what has come since the last export, the rest is as it is, with dimensions")
    func export() throws {
      let system = TestMetrics()
      let exporter = MetricsExporter(factory: system, dimensions: [("store", "a")])
      exporter.export(Self.metrics(after: 1, commits: 10, stalls: 3))
      exporter.export(Self.metrics(after: 2, commits: 25, stalls: 4))
      // A value that was made before the last one and comes late.
      exporter.export(Self.metrics(after: 1, commits: 10, stalls: 3))
      let store = ("store", "a")
      let commits = try #require(
        system.counters(label: "panjeon.commits.onDisk", dimensions: [store]).first)
      #expect(commits.values == [10, 15])
      let stalls = system.counters(
        label: "panjeon.stalls.count", dimensions: [store, ("cause", "filesToCompact")])
      #expect(stalls.first?.values == [3, 1])
      let open = system.meters(label: "panjeon.snapshots.open", dimensions: [store])
      #expect(open.first?.values == [20, 50])
      let amplification = system.meters(
        label: "panjeon.tables.readAmplification", dimensions: [store, ("table", "account")])
      #expect(amplification.first?.values == [5, 5])
    }

    @Test("Every figure that is a number is exported, under the name it has in JSON")
    func names() {
      let system = TestMetrics()
      let metrics = Self.metrics(after: 1, commits: 1, stalls: 1)
      MetricsExporter(factory: system).export(metrics)
      for section in metrics.sections {
        for figure in section.instances.flatMap(\.figures) {
          guard case .number = figure.value else { continue }
          let label = "panjeon.\(section.name).\(figure.name)"
          #expect(
            figure.isTotal
              ? !system.counters(label: label).isEmpty : !system.meters(label: label).isEmpty,
            "\(label)")
        }
      }
    }
  }
#endif
