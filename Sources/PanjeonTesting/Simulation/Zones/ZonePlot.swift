// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The latencies of a ``ZoneTable`` by how many rows a transaction writes, both axes logarithmic, as SVG.
public struct ZonePlot: Sendable {
  private let table: ZoneTable

  private static let (width, height) = (640.0, 400.0)
  private static let (left, right, top, bottom) = (64.0, 624.0, 24.0, 348.0)
  private static let (rowsMax, latencyMin, latencyMax) = (100.0, 1.0, 1000.0)
  private static let colors = ["#0072b2", "#009e73", "#d55e00"]

  /// Draws a table.
  public init(_ table: ZoneTable) {
    self.table = table
  }

  /// The picture.
  public var svg: String {
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.text(Self.width)) \(Self.text(Self.height))" \
      font-family="sans-serif" font-size="13">
      """,
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
    ]
    lines += axes
    for (number, way) in ZoneModel.Way.allCases.enumerated() { lines += curve(of: way, number) }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private var axes: [String] {
    var lines: [String] = []
    for rows in [1, 2, 5, 10, 20, 50, 100] {
      let x = Self.x(Double(rows))
      lines.append(Self.rule(from: (x, Self.top), to: (x, Self.bottom)))
      lines.append(Self.label("\(rows)", (x, Self.bottom + 20), "middle"))
    }
    for latency in [1, 10, 100, 1000] {
      let y = Self.y(Double(latency))
      lines.append(Self.rule(from: (Self.left, y), to: (Self.right, y)))
      lines.append(Self.label("\(latency)", (Self.left - 8, y + 4), "end"))
    }
    let middle = ((Self.left + Self.right) / 2, Self.height - 12)
    lines.append(Self.label("rows read and written", middle, "middle"))
    lines.append(Self.label("ms to the acknowledgement", (Self.left - 56, Self.top - 8), "start"))
    return lines
  }

  private func curve(of way: ZoneModel.Way, _ number: Int) -> [String] {
    let points = table.lines.filter { $0.shape.read == 0 }.map { line in
      (
        Self.x(Double(line.shape.written)),
        Self.y(line.figures[number].latency / .milliseconds(1))
      )
    }
    let color = Self.colors[number]
    let path = points.map { "\(Self.text($0)),\(Self.text($1))" }.joined(separator: " ")
    let dots = points.map {
      "<circle cx=\"\(Self.text($0))\" cy=\"\(Self.text($1))\" r=\"3\" fill=\"\(color)\"/>"
    }
    let end = points.last ?? (Self.right, Self.bottom)
    return [
      "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>"
    ] + dots + [
      Self.label(way.rawValue, (end.0 - 8, end.1 + (way == .oneByOne ? 24 : -10)), "end", color)
    ]
  }

  private static func x(_ rows: Double) -> Double {
    left + (right - left) * log10(rows) / log10(rowsMax)
  }

  private static func y(_ milliseconds: Double) -> Double {
    let part = log10(milliseconds / latencyMin) / log10(latencyMax / latencyMin)
    return bottom - (bottom - top) * part
  }

  private static func rule(from: (Double, Double), to: (Double, Double)) -> String {
    let (start, end) = ((text(from.0), text(from.1)), (text(to.0), text(to.1)))
    return
      "<line x1=\"\(start.0)\" y1=\"\(start.1)\" x2=\"\(end.0)\" y2=\"\(end.1)\" stroke=\"#dddddd\"/>"
  }

  private static func label(
    _ words: String, _ place: (Double, Double), _ anchor: String, _ color: String = "#333333"
  ) -> String {
    "<text x=\"\(text(place.0))\" y=\"\(text(place.1))\" text-anchor=\"\(anchor)\" fill=\"\(color)\">\(words)</text>"
  }

  /// A number with one digit behind the point: no machine rounds it otherwise.
  private static func text(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
