// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Testing
import WideColumn

#if Metrics
  import MetricsTestKit
#endif
#if Tracing
  import InMemoryTracing
  import Tracing
#endif

@Suite("What is told of transactions")
struct ObservingTests {
  private struct Failure: Error {}

  /// A transaction that meets one conflict.
  private static func conflictOnce(_ fixture: TransactionFixture) async throws {
    var attempt = 0
    try await fixture.manager.withTransaction { transaction in
      attempt += 1
      let value = try await transaction.value("a") ?? 0
      if attempt == 1 { try await fixture.set(["a": 10]) }
      try transaction.set("a", value + 1)
    }
  }

  @Test("Every end of a transaction is counted")
  func counts() async throws {
    let fixture = try await TransactionFixture()
    try await Self.conflictOnce(fixture)
    _ = try await fixture.manager.withTransaction { try await $0.value("a") }
    await #expect(throws: Failure.self) {
      try await fixture.manager.withTransaction { _ in throw Failure() }
    }
    await #expect(throws: TransactionError.self) {
      try await fixture.manager.withTransaction(TransactionFixture.once) { transaction in
        _ = try await transaction.value("a")
        try await fixture.set(["a": 20])
        try transaction.set("a", 1)
      }
    }
    let statistics = fixture.manager.statistics
    #expect(statistics.commits == 4)
    #expect(statistics.readOnlyCommits == 1)
    #expect(statistics.conflicts == 2)
    #expect(statistics.retries == 1)
    #expect(statistics.failures == 1)
    #expect(statistics.exhausted == 1)
    #expect(statistics.json.hasPrefix("{\"commits\": 4, \"readOnlyCommits\": 1, \"conflicts\": 2,"))
    try await fixture.store.close()
  }

  #if Metrics
    @Test("Totals become counters that grow by what has come since the last export")
    func export() throws {
      let system = TestMetrics()
      let exporter = TransactionMetricsExporter(factory: system, dimensions: [("store", "a")])
      var statistics = TransactionStatistics()
      for commits in [3, 10, 10, 7] as [UInt64] {
        statistics.commits = commits
        exporter.export(statistics)
      }
      let commits = try #require(
        system.counters(label: "panjeon.transactions.commits", dimensions: [("store", "a")]).first)
      #expect(commits.values == [3, 7, 0, 0])
    }
  #endif

  #if Tracing
    @Test("Spans of transaction, attempts and commit, with the conflict between them")
    func spans() async throws {
      let tracer = InMemoryTracer()
      InstrumentationSystem.bootstrap(tracer)
      let fixture = try await TransactionFixture()
      try await fixture.set(["a": 1])
      _ = tracer.popFinishedSpans()
      try await Self.conflictOnce(fixture)
      let spans = tracer.popFinishedSpans()
      let outer = try #require(
        spans.last { $0.operationName == "panjeon.transaction" })
      let attempts = spans.filter {
        $0.operationName == "panjeon.transaction.attempt" && $0.parentSpanID == outer.spanID
      }
      #expect(attempts.count == 2)
      #expect(
        outer.attributes.get("panjeon.attempts") == .int64(2)
          || outer.attributes.get("panjeon.attempts") == .int(2))
      #expect(outer.events.map(\.name) == ["conflict"])
      #expect(outer.events.first?.attributes.get("panjeon.row") == .string("a"))
      #expect(attempts[0].errors.count == 1)
      let commits = spans.filter { span in
        span.operationName == "panjeon.transaction.commit"
          && attempts.contains { $0.spanID == span.parentSpanID }
      }
      #expect(commits.count == 2)
      try await fixture.store.close()
    }
  #endif
}
