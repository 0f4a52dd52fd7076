// SPDX-License-Identifier: Apache-2.0

internal import Histogram

extension StatusLine {
  /// The line as YCSB prints it, without the time of day.
  package func text(label: String) -> String {
    var text = label.isEmpty ? "" : label + " "
    text += "\(Int(elapsedSeconds)) sec: \(operations) operations; "
    text += "\(Self.rounded(operationsPerSecond, 1)) current ops/sec; "
    if let secondsLeft { text += "est completion in \(Self.duration(secondsLeft)) " }
    for metric in interval.metrics {
      guard let latencies = interval.byMetric[metric]?.latencies, latencies.totalCount > 0 else {
        continue
      }
      text += "[\(metric.rawValue): Count=\(latencies.totalCount), Max=\(latencies.max / 1000), "
      text += "Min=\(latencies.min / 1000), Avg=\(Self.rounded(latencies.mean / 1000, 2))"
      for (name, percentile) in [("90", 90.0), ("99", 99), ("99.9", 99.9), ("99.99", 99.99)] {
        text += ", \(name)=\(latencies.valueAtPercentile(percentile) / 1000)"
      }
      text += "] "
    }
    return text
  }

  /// A number with so many digits behind the point.
  package static func rounded(_ number: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return "\((number * scale).rounded() / scale)"
  }

  static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    if whole < 60 { return whole == 1 ? "1 second" : "\(whole) seconds" }
    if whole < 3600 { return "\(whole / 60) minute\(whole < 120 ? "" : "s")" }
    return "\(whole / 3600) hours \(whole % 3600 / 60) minutes"
  }
}
