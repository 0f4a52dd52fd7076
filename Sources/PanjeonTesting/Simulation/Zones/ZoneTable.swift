// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// What transactions cost between zones, in each way to commit.
public struct ZoneTable: Sendable {
  /// Transactions of one shape.
  public struct Line: Sendable {
    /// What they do.
    public var shape: ZoneModel.Shape
    /// What came of it, in the order of `ZoneModel.Way.allCases`.
    public var figures: [ZoneModel.Figures]
  }

  /// The shapes that it has: more and more rows that are read and written, and some beside others that are only read.
  public static let shapes =
    [1, 2, 5, 10, 20, 50, 100].map { ZoneModel.Shape(written: $0, read: 0) }
    + [1, 10, 100].map { ZoneModel.Shape(written: $0, read: $0) }

  /// A line for each shape.
  public let lines: [Line]

  /// Runs the model.
  ///
  /// - Parameters:
  ///   - transactions: How many each latency is the average of.
  ///   - seed: What the times on the way are drawn from.
  /// - Throws: `SimulationError` when one was not committed.
  public init(transactions: Int = 50, seed: UInt64 = 1) throws(SimulationError) {
    var lines: [Line] = []
    for shape in Self.shapes {
      var figures: [ZoneModel.Figures] = []
      for way in ZoneModel.Way.allCases {
        figures.append(try ZoneModel(way, shape).run(transactions: transactions, seed: seed))
      }
      lines.append(Line(shape: shape, figures: figures))
    }
    self.lines = lines
  }

  /// The table, in Markdown.
  public var text: String {
    let ways = ZoneModel.Way.allCases.map { " \($0.rawValue) |" }.joined()
    let head = "| rows read and written | rows only read |\(ways)"
    let rule = "|" + String(repeating: "---|", count: 2 + ZoneModel.Way.allCases.count)
    return ([head, rule] + lines.map(\.text)).joined(separator: "\n")
  }

  /// The table as one JSON array, latencies in milliseconds.
  public var json: String {
    JSONText.array(
      lines.flatMap { line in
        zip(ZoneModel.Way.allCases, line.figures).map { way, figures in
          JSONText.object([
            ("written", String(line.shape.written)), ("read", String(line.shape.read)),
            ("way", JSONText.quoted(way.rawValue)), ("rounds", String(figures.rounds)),
            ("milliseconds", figures.milliseconds),
          ])
        }
      })
  }
}

extension ZoneTable.Line {
  fileprivate var text: String {
    let cells = figures.map { " \($0.rounds) rounds, \($0.milliseconds) ms |" }.joined()
    return "| \(shape.written) | \(shape.read) |\(cells)"
  }
}

extension ZoneModel.Figures {
  /// The latency with one digit behind the point.
  fileprivate var milliseconds: String {
    let tenths = Int((latency / .microseconds(100)).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
