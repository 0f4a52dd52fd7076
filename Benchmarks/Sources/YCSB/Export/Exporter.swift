// SPDX-License-Identifier: Apache-2.0

internal import Histogram

/// How results are written down.
package enum ExportFormat: Sendable {
  case text, json, jsonArray

  private static let names: [(name: String, format: ExportFormat)] = [
    ("text", .text), ("json", .json), ("jsonarray", .jsonArray),
    ("site.ycsb.measurements.exporter.TextMeasurementsExporter", .text),
    ("site.ycsb.measurements.exporter.JSONMeasurementsExporter", .json),
    ("site.ycsb.measurements.exporter.JSONArrayMeasurementsExporter", .jsonArray),
  ]

  package static func named(_ name: String) throws(UsageError) -> ExportFormat {
    guard
      let known = names.first(where: {
        $0.name == name || $0.name == "com.yahoo" + name.dropFirst(4)
      })
    else {
      throw UsageError(
        "exporter=\(name): there are text, json, jsonarray, and YCSB's class names of them")
    }
    return known.format
  }
}

/// One line of a report.
package struct ExportLine: Sendable {
  package enum Value: Sendable {
    case whole(Int)
    case number(Double)

    var text: String {
      switch self {
      case .whole(let value): String(value)
      case .number(let value): "\(value)"
      }
    }
  }

  package var metric: String
  package var measurement: String
  package var value: Value
}

/// Makes the lines of YCSB's exporters from a result.
package struct Exporter: Sendable {
  private let percentiles: [Double]
  private let interval: RunOptions.Interval
  private let reportsEachError: Bool

  package init(_ properties: Properties) throws(UsageError) {
    let list = properties.string("hdrhistogram.percentiles", default: "50,95,99")
    var percentiles: [Double] = []
    for part in list.split(separator: ",") {
      let text = part.filter { $0 != " " }
      guard let percentile = Double(text), percentile > 0, percentile <= 100 else {
        throw UsageError("hdrhistogram.percentiles=\(list): '\(text)' is no percentile")
      }
      percentiles.append(percentile)
    }
    self.percentiles = percentiles
    interval = try properties.choice("measurement.interval", default: .op)
    reportsEachError = try properties.boolean("reportlatencyforeacherror", default: false)
    let type = properties.string("measurementtype", default: "hdrhistogram")
    guard type == "hdrhistogram" else {
      throw UsageError("measurementtype=\(type): there is hdrhistogram")
    }
  }

  package func lines(_ result: RunResult) -> [ExportLine] {
    var lines = [
      ExportLine(
        metric: "OVERALL", measurement: "RunTime(ms)", value: .whole(Int(result.seconds * 1000))),
      ExportLine(
        metric: "OVERALL", measurement: "Throughput(ops/sec)",
        value: .number(result.operationsPerSecond)),
      ExportLine(
        metric: "OVERALL", measurement: "CPUTime(ms)", value: .whole(Int(result.cpuSeconds * 1000))),
    ]
    if let bytes = result.peakResidentBytes {
      lines.append(
        ExportLine(
          metric: "OVERALL", measurement: "PeakResidentMemory(bytes)", value: .whole(bytes)))
    }
    for metric in result.measurements.metrics {
      guard let measured = result.measurements.byMetric[metric] else { continue }
      lines += self.lines(metric, measured)
    }
    if result.measurements.retries > 0 {
      lines.append(
        ExportLine(
          metric: "TRANSACTION-RETRY", measurement: "Operations",
          value: .whole(result.measurements.retries)))
    }
    for (name, value) in result.validation?.lines ?? [] {
      let isWhole = value == value.rounded() && name != "ANOMALY SCORE"
      lines.append(
        ExportLine(
          metric: name, measurement: "",
          value: isWhole ? .whole(Int(value)) : .number(value)))
    }
    return lines
  }

  private func lines(_ metric: Metric, _ measured: Measured) -> [ExportLine] {
    var lines: [ExportLine] = []
    if interval != .intended || measured.intended == nil {
      lines += latencyLines(metric.rawValue, measured.latencies)
    }
    if let intended = measured.intended {
      lines += latencyLines("Intended-" + metric.rawValue, intended)
    }
    for status in Status.allCases {
      guard let count = measured.statuses[status] else { continue }
      lines.append(
        ExportLine(
          metric: metric.rawValue, measurement: "Return=\(status.rawValue)", value: .whole(count)))
    }
    if let failures = measured.failures {
      let failed = measured.statuses.keys.filter { $0 != .ok }
      let suffix = reportsEachError && failed.count == 1 ? failed[0].rawValue : "FAILED"
      lines += latencyLines("\(metric.rawValue)-\(suffix)", failures)
    }
    return lines
  }

  private func latencyLines(_ name: String, _ latencies: Latencies) -> [ExportLine] {
    func line(_ measurement: String, _ value: ExportLine.Value) -> ExportLine {
      ExportLine(metric: name, measurement: measurement, value: value)
    }
    guard latencies.totalCount > 0 else { return [line("Operations", .whole(0))] }
    var lines = [
      line("Operations", .whole(Int(latencies.totalCount))),
      line("AverageLatency(us)", .number(latencies.mean / 1000)),
      line("MinLatency(us)", .whole(Int(latencies.min / 1000))),
      line("MaxLatency(us)", .whole(Int(latencies.max / 1000))),
    ]
    for percentile in percentiles {
      lines.append(
        line(
          "\(Self.ordinal(percentile))PercentileLatency(us)",
          .whole(Int(latencies.valueAtPercentile(percentile) / 1000))))
    }
    return lines
  }

  /// As YCSB writes them: "95th", "99.9".
  static func ordinal(_ percentile: Double) -> String {
    guard percentile == percentile.rounded() else { return "\(percentile)" }
    let whole = Int(percentile)
    if (11...13).contains(whole % 100) { return "\(whole)th" }
    switch whole % 10 {
    case 1: return "\(whole)st"
    case 2: return "\(whole)nd"
    case 3: return "\(whole)rd"
    default: return "\(whole)th"
    }
  }

  /// The report in a format.
  package static func text(_ lines: [ExportLine], _ format: ExportFormat) -> String {
    switch format {
    case .text:
      return lines.map { "[\($0.metric)], \($0.measurement), \($0.value.text)\n" }.joined()
        .replacing("], , ", with: "], ")
    case .json: return lines.map { json($0) + "\n" }.joined()
    case .jsonArray: return "[" + lines.map(json).joined(separator: ",") + "]\n"
    }
  }

  private static func json(_ line: ExportLine) -> String {
    "{\"metric\":\"\(line.metric)\",\"measurement\":\"\(line.measurement)\",\"value\":\(line.value.text)}"
  }
}
