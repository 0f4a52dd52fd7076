// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What the demo prints at its end.
struct DemoReport: Report, Sendable {
  struct Latency: Encodable, Sendable {
    var p50: UInt64
    var p99: UInt64
    var p999: UInt64
  }

  var transactions: Int
  var transactionsPerSecond: Double
  var latencyUs: Latency
  var conflicts: UInt64
  var retries: UInt64
  var splits: UInt64
  var merges: UInt64
  var acknowledged: Int
  var foundAfterRecovery: Int
  var lost: Int
  var duplicated: Int
  var torn: Int
  /// How many of Between's invariants were found broken, and where.
  var violations: Int
  var recoveryMs: Double
  var storeBytes: UInt64
  var logBytesDropped: UInt64
  var couples: Int
  var clients: Int
  var durability: String
  var seed: UInt64
  var checksPassed: Bool
  /// Of a store with copies, what became of its volumes.
  var replicas: DemoReplicas?

  private enum CodingKeys: String, CodingKey {
    case transactions
    case transactionsPerSecond = "transactions_per_second"
    case latencyUs = "latency_us"
    case conflicts, retries, splits, merges, acknowledged
    case foundAfterRecovery = "found_after_recovery"
    case lost, duplicated, torn, violations
    case recoveryMs = "recovery_ms"
    case storeBytes = "store_bytes"
    case logBytesDropped = "log_bytes_dropped"
    case couples, clients, durability, seed
    case checksPassed = "checks_passed"
    case replicas
  }

  /// Rate and latencies of acknowledged messages.
  static func measure(
    _ acknowledgements: [Acknowledgement]
  ) -> (rate: Double, latency: Latency) {
    guard let first = acknowledgements.map(\.beginNanoseconds).min(),
      let last = acknowledgements.map(\.endNanoseconds).max(), last > first
    else { return (0, Latency(p50: 0, p99: 0, p999: 0)) }
    let sorted = acknowledgements.map { ($0.endNanoseconds - $0.beginNanoseconds) / 1000 }.sorted()
    func percentile(_ share: Double) -> UInt64 {
      sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
    let rate = Double(acknowledgements.count) / (Double(last - first) / 1e9)
    return (
      (rate * 10).rounded() / 10,
      Latency(p50: percentile(0.5), p99: percentile(0.99), p999: percentile(0.999))
    )
  }

  /// For people.
  var text: String {
    let volumes = replicas.map { $0.text + "\n" } ?? ""
    return """
      \(transactions) messages of \(couples) couples from \(clients) clients, durability \(durability), seed \(seed)
        \(transactionsPerSecond) transactions a second; latency p50 \(latencyUs.p50), p99 \(latencyUs.p99), p99.9 \(latencyUs.p999) us
        \(conflicts) conflicts, \(retries) retries; \(splits) splits and \(merges) merges of regions
      \(volumes)killed; recovered in \(recoveryMs) ms, \(logBytesDropped) bytes of torn log dropped, store of \(storeBytes) bytes
        acknowledged \(acknowledged), found \(foundAfterRecovery), lost \(lost), duplicated \(duplicated), torn \(torn); audit: \(violations) violations
      \(checksPassed ? "all checks passed" : "CHECKS FAILED")
      """
  }
}
