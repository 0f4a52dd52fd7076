// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The colours of engines, told apart by those who see fewer of them too (Okabe and Ito, 2008).
enum Palette {
  private static let known: [(name: String, colour: String)] = [
    ("panjeon", "#d55e00"), ("panjeon-txn", "#d55e00"), ("rocksdb-cell", "#0072b2"),
    ("rocksdb-row", "#56b4e9"), ("rocksdb-txn", "#0072b2"), ("rocksdb-otxn", "#56b4e9"),
    ("sqlite", "#009e73"), ("limit", "#888888"), ("max", "#d55e00"), ("p99.9", "#0072b2"),
  ]

  static func colour(_ name: String) -> String {
    known.first { $0.name == name }?.colour ?? "#cc79a7"
  }
}

/// Bars on a logarithmic axis around one.
enum BarChart {
  struct Bar {
    var name: String
    var value: Double
    var least: Double
    var greatest: Double
  }

  private static let width = 720.0
  private static let left = 110.0
  private static let right = 60.0

  static func svg(_ bars: [Bar]) -> String {
    let extreme =
      bars.flatMap { [$0.least, $0.greatest] }.filter { $0 > 0 }
      .map { abs(log10($0)) }.max() ?? 1
    let reach = max(0.5, extreme * 1.1)
    func x(_ ratio: Double) -> Double {
      let place = log10(max(ratio, 1e-6)) / reach
      return left + (width - left - right) * (0.5 + 0.5 * min(1, max(-1, place)))
    }
    let height = Double(bars.count) * 22 + 24
    var body = ""
    for tick in [0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100] where abs(log10(tick)) <= reach {
      let stroke = tick == 1 ? 1.5 : 0.4
      body += line(x(tick), 4, x(tick), height - 18, "currentColor", stroke)
      body += label(x(tick), height - 5, short(tick), "middle")
    }
    for (index, bar) in bars.enumerated() {
      let top = Double(index) * 22 + 6
      let from = min(x(1), x(bar.value))
      let colour = Palette.colour(bar.name)
      body += "<rect x=\"\(r(from))\" y=\"\(r(top))\" width=\"\(r(abs(x(bar.value) - x(1))))\" "
      body += "height=\"14\" fill=\"\(colour)\"/>"
      body += line(x(bar.least), top + 7, x(bar.greatest), top + 7, "currentColor", 1.2)
      body += label(left - 6, top + 11, bar.name, "end")
      body += label(width - right + 6, top + 11, TextTable.rounded(bar.value, 2), "start")
    }
    return "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\">\(body)</svg>"
  }

  static func short(_ number: Double) -> String {
    if number >= 1000 { return "\(Int(number / 1000))k" }
    return number >= 1 ? String(Int(number)) : "\(number)"
  }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, _ stroke: Double
  ) -> String {
    "<line x1=\"\(r(x1))\" y1=\"\(r(y1))\" x2=\"\(r(x2))\" y2=\"\(r(y2))\" stroke=\"\(colour)\" "
      + "stroke-width=\"\(stroke)\"/>"
  }

  static func label(_ x: Double, _ y: Double, _ text: String, _ anchor: String) -> String {
    "<text x=\"\(r(x))\" y=\"\(r(y))\" text-anchor=\"\(anchor)\">\(HTMLReport.escaped(text))</text>"
  }

  static func r(_ number: Double) -> String { TextTable.rounded(number, 1) }
}

/// Lines over axes of which each may be stretched.
enum LineChart {
  struct Line {
    var name: String
    /// Pairs of x and y.
    var points: [[Double]]
  }

  private static let width = 360.0
  private static let height = 240.0
  private static let left = 44.0
  private static let bottom = 26.0
  private static let top = 10.0

  /// Latencies by percentile.
  static func percentiles(_ lines: [Line]) -> String {
    let ticks = [0, 50, 90, 99, 99.9, 99.99]
    return svg(
      lines, x: { -log10(max(1e-5, 1 - $0 / 100)) }, y: { log10(max(0.05, $0)) },
      xTicks: ticks.map { ($0, "\($0 == $0.rounded() ? String(Int($0)) : String($0))%") })
  }

  /// Anything by anything, both logarithmic.
  static func logarithmic(_ lines: [Line], xTicks: [(Double, String)]) -> String {
    svg(lines, x: { log10(max(1e-9, $0)) }, y: { log10(max(1e-9, $0)) }, xTicks: xTicks)
  }

  /// Anything, logarithmic, by seconds; grey from when to when each band says.
  static func byTime(_ lines: [Line], seconds: Double, bands: [[Double]]) -> String {
    let ticks = [0, 0.25, 0.5, 0.75, 1].map { share in
      (share * seconds, TextTable.rounded(share * seconds, seconds < 20 ? 1 : 0) + " s")
    }
    return svg(
      lines, x: { $0 }, y: { log10(max(0.01, $0)) }, xTicks: ticks,
      bands: bands.map { [min($0[0], seconds), min($0[1], seconds)] })
  }

  private static func svg(
    _ lines: [Line], x: (Double) -> Double, y: (Double) -> Double, xTicks: [(Double, String)],
    bands: [[Double]] = []
  ) -> String {
    let xs = lines.flatMap { $0.points.map { x($0[0]) } } + xTicks.map { x($0.0) }
    let ys = lines.flatMap { $0.points.map { y($0[1]) } }
    guard let xLow = xs.min(), let xHigh = xs.max(), let yMin = ys.min(), let yMax = ys.max() else {
      return ""
    }
    let yLow = yMin.rounded(.down)
    let yHigh = max(yLow + 1, yMax.rounded(.up))
    func place(_ px: Double, _ py: Double) -> (Double, Double) {
      (
        left + (width - left - 8) * (px - xLow) / max(1e-9, xHigh - xLow),
        top + (height - top - bottom) * (1 - (py - yLow) / (yHigh - yLow))
      )
    }
    var body = ""
    for band in bands {
      let (from, _) = place(x(band[0]), yLow)
      let (to, _) = place(x(band[1]), yLow)
      body += "<rect x=\"\(BarChart.r(from))\" y=\"\(BarChart.r(top))\" fill=\"#8884\" "
      body += "width=\"\(BarChart.r(to - from))\" height=\"\(BarChart.r(height - top - bottom))\"/>"
    }
    var decade = yLow
    while decade <= yHigh {
      let (_, at) = place(xLow, decade)
      body += BarChart.line(left, at, width - 8, at, "currentColor", 0.3)
      body += BarChart.label(left - 4, at + 4, BarChart.short(pow(10, decade)), "end")
      decade += 1
    }
    for (tick, text) in xTicks {
      let (at, _) = place(x(tick), yLow)
      body += BarChart.label(at, height - 8, text, "middle")
    }
    for line in lines {
      let path = line.points.map { point in
        let (px, py) = place(x(point[0]), y(point[1]))
        return "\(BarChart.r(px)),\(BarChart.r(py))"
      }
      body +=
        "<polyline fill=\"none\" stroke=\"\(Palette.colour(line.name))\" stroke-width=\"1.8\" "
      body += "points=\"\(path.joined(separator: " "))\"/>"
    }
    let names = lines.map { line in
      "<span style=\"color:\(Palette.colour(line.name))\">■ \(HTMLReport.escaped(line.name))</span>"
    }.joined(separator: " ")
    return "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\">\(body)</svg>"
      + "<div style=\"font-size:.75rem\">\(names)</div>"
  }
}
