// SPDX-License-Identifier: Apache-2.0

import Testing
import YCSB
import YCSBEngines

@Suite("Engines", .serialized)
struct EngineTests {
  private func properties(_ more: [String: String]) -> Properties {
    var properties = Properties()
    properties["recordcount"] = "300"
    properties["operationcount"] = "400"
    properties["threadcount"] = "3"
    for (name, value) in more { properties[name] = value }
    return properties
  }

  private func run(
    _ engine: any Engine, _ properties: Properties, _ phase: RunOptions.Phase,
    _ workload: (any Workload)? = nil
  ) async throws -> RunResult {
    let workload = try workload ?? WorkloadKind.make(properties)
    let options = try RunOptions(
      properties, phase: phase, loadCount: workload.loadCount, hasStatus: false)
    return try await Runner(engine, workload, options).run()
  }

  @Test(
    "Every engine returns what was written, field by field, after updates and inserts too",
    arguments: EngineKind.allCases)
  func integrity(_ kind: EngineKind) async throws {
    let base = properties(["workload": "core", "dataintegrity": "true"])
    try await withEngine(kind, base) { engine in
      let loaded = try await run(engine, base, .load)
      #expect(loaded.measurements.byMetric[.insert]?.statuses == [.ok: 300])
      var mixed = base
      for (name, share) in [
        ("readproportion", "0.4"), ("updateproportion", "0.3"), ("insertproportion", "0.1"),
        ("scanproportion", "0.1"), ("readmodifywriteproportion", "0.1"), ("maxscanlength", "20"),
      ] { mixed[name] = share }
      let result = try await run(engine, mixed, .run)
      #expect(
        result.measurements.failureCount == 0,
        "\(result.measurements.byMetric.mapValues(\.statuses))")
      #expect(result.measurements.operations == 400)
      #expect(result.measurements.byMetric[.verify] != nil)
    }
  }

  @Test(
    "Reads of one field, and of a record that is not there", arguments: EngineKind.allCases)
  func parts(_ kind: EngineKind) async throws {
    let base = properties(["workload": "core"])
    try await withEngine(kind, base) { engine in
      let client = try engine.makeClient()
      var values = FieldValues()
      for field in 0..<10 { values.append(field: field, value: Array("value \(field)".utf8)) }
      let key = Array("user1".utf8)
      #expect(try await client.insert(key, values) == .ok)
      var change = FieldValues()
      change.append(field: 3, value: Array("changed, and longer than before".utf8))
      #expect(try await client.update(key, change) == .ok)
      let sink = FieldSink()
      #expect(try await client.read(key, fields: [3], into: sink) == .ok)
      #expect(sink.fieldCount == 1)
      #expect(sink.byteCount == "changed, and longer than before".utf8.count)
      sink.reset()
      #expect(try await client.read(key, fields: nil, into: sink) == .ok)
      #expect(sink.fieldCount == 10)
      #expect(sink.byteCount == 9 * 7 + 31)
      #expect(try await client.read(Array("user2".utf8), fields: nil, into: sink) == .notFound)
      #expect(try await client.delete(key) == .ok)
      #expect(try await client.read(key, fields: nil, into: sink) == .notFound)
    }
  }

  @Test(
    "Scans go by key, over no more records than asked for",
    arguments: EngineKind.allCases.filter { $0 != .limit })
  func scans(_ kind: EngineKind) async throws {
    let base = properties(["workload": "core"])
    try await withEngine(kind, base) { engine in
      let client = try engine.makeClient()
      for number in 0..<20 {
        var values = FieldValues()
        for field in 0..<10 { values.append(field: field, value: [UInt8(number)]) }
        _ = try await client.insert(Array("user\(number < 10 ? "0" : "")\(number)".utf8), values)
      }
      let sink = FieldSink()
      let start = Array("user05".utf8)
      #expect(try await client.scan(from: start, count: 7, fields: nil, into: sink) == 7)
      #expect(sink.recordCount == 7 && sink.fieldCount == 70)
      sink.reset()
      #expect(try await client.scan(from: start, count: 100, fields: [2], into: sink) == 15)
      #expect(sink.fieldCount == 15)
      #expect(try await client.scan(from: Array("v".utf8), count: 5, fields: nil, into: sink) == 0)
    }
  }

  @Test(
    "No money is made or lost by an engine that is serializable",
    arguments: EngineKind.allCases.filter { $0.isTransactional && $0 != .limit })
  func closedEconomy(_ kind: EngineKind) async throws {
    let base = properties([
      "workload": "closed-economy", "recordcount": "20", "operationcount": "1500",
      "threadcount": "4",
    ])
    try await withEngine(kind, base) { engine in
      let workload = try WorkloadKind.make(base)
      _ = try await run(engine, base, .load, workload)
      for _ in 0..<2 {
        let result = try await run(engine, base, .run, workload)
        #expect(result.validation?.isPassed == true, "\(String(describing: result.validation))")
        #expect(result.measurements.failureCount == 0)
      }
    }
  }

  @Test("Lost updates are seen by the validation")
  func anomaly() async throws {
    let base = properties([
      "workload": "closed-economy", "recordcount": "2", "operationcount": "4000",
      "threadcount": "8", "durability": "disk",
    ])
    // It reads and writes without a transaction.
    try await withEngine(.limit, base) { engine in
      let workload = try WorkloadKind.make(base)
      _ = try await run(engine, base, .load, workload)
      let result = try await run(engine, base, .run, workload)
      #expect(result.validation?.isPassed == false)
    }
  }

  @Test(
    "The transactional workloads run on every engine that has transactions",
    arguments: EngineKind.allCases.filter(\.isTransactional),
    ["practical", "worst", "between"])
  func transactions(_ kind: EngineKind, _ workload: String) async throws {
    let base = properties(["workload": workload, "requestdistribution": "zipfian"])
    try await withEngine(kind, base) { engine in
      _ = try await run(engine, base, .load)
      let result = try await run(engine, base, .run)
      #expect(result.measurements.failureCount == 0)
      #expect(result.measurements.operations == 400)
    }
  }

  @Test(
    "Messages come newest first, and what was read for update holds at the commit",
    arguments: EngineKind.allCases.filter { $0.isTransactional && $0 != .limit })
  func messages(_ kind: EngineKind) async throws {
    let base = properties(["workload": "between"])
    try await withEngine(kind, base) { engine in
      let client = try engine.makeClient()
      let key = Array("user1".utf8)
      for id in 0..<30 as Range<UInt64> {
        var write = RowWrite(key)
        write.values.append(field: 0, value: Array(String(id + 1).utf8))
        write.messages = [(id, Array("message \(id)".utf8))]
        let sent = write
        var plan = TransactionPlan()
        plan.decide = { _ in [sent] }
        _ = try await client.transact(plan)
      }
      var plan = TransactionPlan()
      plan.isReadOnly = true
      plan.reads = [RowRead(key, .newestMessages(3)), RowRead(key, .fields([0]))]
      plan.decide = { rows in
        #expect(
          rows[0].values.map { String(decoding: $0.value, as: UTF8.self) }
            == ["message 29", "message 28", "message 27"])
        #expect(rows[1].value(0) == Array("30".utf8))
        return []
      }
      _ = try await client.transact(plan)
    }
  }
}
