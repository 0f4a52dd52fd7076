// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Testing

@Suite("What transactions cost between zones")
struct ZoneTableTests {
  @Test(
    "Phases cost as many rounds for a hundred rows as for two; calls one by one a few for each row")
  func rounds() throws {
    let table = try ZoneTable(transactions: 1)
    #expect(table.lines.map(\.shape) == ZoneTable.shapes)
    for line in table.lines {
      let (batch, phases, single) = (line.figures[0], line.figures[1], line.figures[2])
      #expect(batch.rounds == 2)
      if line.shape.written + line.shape.read > 1 {
        #expect(phases.rounds == (line.shape.read > 0 ? 5 : 4))
        #expect(single.rounds >= 3 * (line.shape.written + line.shape.read))
        #expect(batch.latency < phases.latency && phases.latency < single.latency)
      }
      for figures in line.figures {
        // Each round takes as long as the longest of its calls, which lie between 2 and 3 ms.
        let most = Duration.milliseconds(3) * figures.rounds
        #expect(figures.latency > Duration.milliseconds(2) * figures.rounds - .milliseconds(1))
        #expect(figures.latency < most + .milliseconds(1))
      }
    }
  }

  @Test("The table and the plot show every shape and every way, and are the same each time")
  func text() throws {
    let (table, again) = (try ZoneTable(transactions: 1), try ZoneTable(transactions: 1))
    let lines = table.text.split(separator: "\n")
    #expect(lines.count == 2 + ZoneTable.shapes.count)
    #expect(lines.allSatisfy { $0.count(where: { $0 == "|" }) == 6 })
    let svg = ZonePlot(table).svg
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.split(separator: "<polyline").count == 1 + ZoneModel.Way.allCases.count)
    for way in ZoneModel.Way.allCases { #expect(svg.contains(">\(way.rawValue)</text>")) }
    #expect(again.text == table.text && again.json == table.json)
    #expect(ZonePlot(again).svg == svg)
    #expect(table.json.split(separator: "{").count - 1 == 3 * ZoneTable.shapes.count)
  }
}
