// SPDX-License-Identifier: Apache-2.0

import Foundation
import Histogram
import Panjeon
import PanjeonTesting
import Testing
import YCSB
import YCSBEngines
import YCSBReports

@Suite("Stalls", .serialized)
struct StallTests {
  private func refusal(_ change: (inout StallPlan) -> Void) -> String? {
    var plan = StallPlan()
    change(&plan)
    do {
      try plan.validate()
      return nil
    } catch {
      return error.description
    }
  }

  @Test("Bad options are refused by name, with what there may be")
  func options() throws {
    #expect(refusal { _ in } == nil)
    #expect(refusal { $0.clients = 0 }?.contains("clients=0") == true)
    #expect(refusal { $0.target = 0 }?.contains("target=0.0") == true)
    #expect(refusal { $0.target = .nan }?.contains("target=nan") == true)
    #expect(refusal { $0.records = 99 }?.contains("records=99") == true)
    #expect(refusal { $0.seconds = 2 }?.contains("more than stall-seconds=2.0") == true)
    #expect(refusal { $0.stallSeconds = 16 }?.contains("from 0.01 to 15.0") == true)
    #expect(refusal { $0.stallEvery = 2.9 }?.contains("stall-every=2.9") == true)
    #expect(refusal { $0.durability = .memory }?.contains("there are os, disk") == true)
    #expect(refusal { $0.placements = [] }?.contains("none") == true)
    #expect(
      try StallPlacement.named("two-plus-one,all-durable") == [.twoPlusOne, .allDurable])
    for (list, word) in [
      ("", "there are all-durable"), ("two-plus-one,", "there are all-durable"),
      ("all", "two-plus-one"), ("all-durable,all-durable", "twice"),
    ] {
      #expect {
        try StallPlacement.named(list)
      } throws: { error in
        (error as? UsageError)?.description.contains(word) == true
      }
    }
  }

  @Test("Only durable volumes stall, as the seed says, and each volume lies in a rack of its own")
  func placements() {
    var plan = StallPlan()
    for (placement, durable) in [
      (StallPlacement.allDurable, 3), (.allEphemeral, 0), (.twoPlusOne, 1),
    ] {
      let volumes = placement.replication(in: "/x").volumes
      #expect(Set(volumes.map(\.rack)).count == 3 && Set(volumes.map(\.path)).count == 3)
      let paths = volumes.filter { $0.storageClass == .durable }.map(\.path)
      #expect(paths.count == durable)
      let schedule = plan.schedule(of: paths)
      #expect(schedule == plan.schedule(of: paths))
      #expect(Set(schedule.stalls.map(\.path)) == Set(paths))
    }
    let paths = ["/x/1"]
    let schedule = plan.schedule(of: paths)
    plan.seed += 1
    #expect(plan.schedule(of: paths) != schedule)
  }

  @Test("p99.9 may be half as much again and 2 ms more, not a hair beyond")
  func verdicts() {
    func verdict(_ with: Double, _ without: Double, _ objection: String? = nil) -> StallVerdict {
      StallVerdict(
        .twoPlusOne, durability: "os", operations: "reads", withStalls: with, without: without,
        objection: objection)
    }
    #expect(verdict(3.5, 1).isMet && verdict(0.1, 1).isMet && verdict(2, 0).isMet)
    #expect(!verdict(3.51, 1).isMet && !verdict(2.01, 0).isMet)
    #expect(!verdict(1, 1, "it was not replicated").isMet)
    #expect(
      verdict(3.25, 1).line
        == "two-plus-one, os, reads: p99.9 with stalls 3.25 ms, without 1.00 ms, allowed 1.5 Y + 2 ms = 3.50 ms: met"
    )
    #expect(verdict(4, 1, "why").line.hasSuffix("not met (why)"))
  }

  @Test("Latencies stand where operations should have begun")
  func timeline() {
    var trace = (0..<2000 as Range<UInt64>).map { number in
      TracedOperation(metric: .update, begin: 250_000_000, latency: (number + 1) * 1_000_000)
    }
    trace.append(TracedOperation(metric: .read, begin: 0, latency: 5_000_000))
    // The last may begin at the very end.
    trace.append(TracedOperation(metric: .read, begin: 400_000_000, latency: 7_000_000))
    let timeline = StallTimeline(trace.shuffled(), seconds: 0.4, stalls: [])
    #expect(timeline.commits.map(\.count) == [0, 0, 2000, 0])
    #expect(timeline.commits[2].max == 2000 && timeline.commits[2].p999 == 1998)
    #expect(timeline.reads.map(\.count) == [1, 0, 0, 1])
    #expect(timeline.reads.map(\.max) == [5, 0, 0, 7] && timeline.reads[0].p999 == 5)
  }

  @Test("A row of characters shows the longest of what it folds")
  func sparkline() {
    let values: [Double?] = [nil, 0.1, 0.4, 1.1, 3.3, 11, 40, 110, 400, 1e6]
    #expect(String(values.map(Sparkline.character)) == " ▁▂▃▄▅▆▇██")
    #expect(Sparkline.folded([1, 9, nil, nil, 2], columnsMax: 3) == [9, nil, 2])
    #expect(Sparkline.folded([1, 9], columnsMax: 3) == [1, 9])
  }

  @Test("A run is written down operation by operation, if asked to")
  func trace() async throws {
    var properties = Properties()
    for (name, value) in [
      ("workload", "core"), ("recordcount", "200"), ("operationcount", "300"),
      ("target", "3000"), ("threadcount", "2"), ("measurement.interval", "both"),
      ("readproportion", "0.5"), ("updateproportion", "0.5"),
    ] { properties[name] = value }
    try await withEngine(.limit, properties) { engine in
      let workload = try YCSB.WorkloadKind.make(properties)
      let load = try RunOptions(
        properties, phase: .load, loadCount: workload.loadCount, hasStatus: false)
      #expect(try await Runner(engine, workload, load).run().trace.isEmpty)
      var run = try RunOptions(
        properties, phase: .run, loadCount: workload.loadCount, hasStatus: false)
      run.tracesOperations = true
      let result = try await Runner(engine, workload, run).run()
      #expect(result.trace.count == 300)
      let reads = result.trace.filter { $0.metric == .read }.map(\.latency)
      let measured = try #require(result.measurements.byMetric[.read]?.intended)
      #expect(reads.count == Int(measured.totalCount))
      #expect(result.trace.allSatisfy { Double($0.begin) / 1e9 <= result.seconds })
      // Histograms keep three digits.
      #expect(abs(Double(reads.max() ?? 0) / Double(measured.max) - 1) < 0.002)
    }
  }

  @Test("A comparison holds calls up on durable volumes only, and reports what became of it")
  func comparison() async throws {
    var plan = StallPlan()
    plan.placements = [.twoPlusOne, .allEphemeral]
    plan.records = 1000
    plan.seconds = 1.5
    plan.stallSeconds = 0.3
    plan.stallEvery = 0.6
    plan.target = 400
    plan.clients = 4
    let directory =
      FileManager.default.temporaryDirectory.path + "/ycsb-stalls-\(UUID().uuidString)"
    defer { try? FileTree.remove(directory) }
    let report = try await StallComparison(plan, directory: directory, progress: { _ in })
      .run(command: "test <command>")
    #expect(
      report.trials.map(\.placement) == [.twoPlusOne, .twoPlusOne, .allEphemeral, .allEphemeral])
    #expect(report.trials.map(\.hasStalls) == [false, true, false, true])
    #expect(report.trials.map { $0.stallCount > 0 } == [false, true, false, false])
    #expect(report.trials.map { $0.heldUpCalls.isEmpty } == [true, false, true, true])
    #expect(report.trials[1].heldUpSecondsMax > 0.1)
    for trial in report.trials {
      #expect(trial.failures == 0 && trial.operationsPerSecond > 100)
      #expect(trial.commits.max > 0 && trial.reads.max > 0 && trial.copies > 0)
      #expect(trial.timeline.commits.reduce(0) { $0 + $1.count } > 100)
    }
    #expect(report.verdicts.map(\.operations) == ["commits", "reads"])
    let text = StallTable.text(report)
    #expect(text.contains("two-plus-one, os, commits: p99.9 with stalls"))
    let page = StallPage.page(report, title: "A <title>")
    #expect(page.contains("A &lt;title&gt;") && page.contains("test &lt;command&gt;"))
    #expect(page.contains("<svg") && !page.contains("http://") && !page.contains("https://"))
    let coded = try JSONDecoder().decode(StallReport.self, from: JSONEncoder().encode(report))
    #expect(coded.verdicts == report.verdicts)
    #expect(coded.trials.map(\.timeline) == report.trials.map(\.timeline))
  }
}
