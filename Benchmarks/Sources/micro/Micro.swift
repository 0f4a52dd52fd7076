// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Foundation
internal import MicroBenchmarks

@main
struct Micro: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "micro",
    abstract:
      "Measures short paths of Panjeon: what an operation takes in time, pieces of memory, and counted references.",
    discussion: """
      One client, a small store in memory. Times are of this machine and moment, compare them within one run; \
      the rest is alike everywhere.
      """)

  @Argument(help: "Parts of names; those that have one are measured.")
  var names: [String] = []

  @Option(help: "How often the time is taken; the best counts.")
  var rounds = 5

  @Option(help: "How many milliseconds a round takes.")
  var time = 200

  @Flag(help: "Prints JSON, an object a line.")
  var json = false

  func validate() throws {
    if rounds < 0 || time < 1 { throw ValidationError("'rounds' and 'time' count from 0 and 1") }
    if chosen.isEmpty {
      let known = MicroBenchmark.all.map(\.name).joined(separator: ", ")
      throw ValidationError("no name has such a part; there are: \(known)")
    }
  }

  private var chosen: [MicroBenchmark] {
    MicroBenchmark.all.filter { benchmark in
      names.isEmpty || names.contains { benchmark.name.contains($0) }
    }
  }

  func run() async throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    if !json { print(row("", "ns", "mallocs", "retains", "an operation is")) }
    for benchmark in chosen {
      let cost = try await benchmark.run(rounds: rounds, time: .milliseconds(time))
      if json {
        print(String(decoding: try encoder.encode(cost), as: UTF8.self))
      } else {
        print(
          row(
            cost.name, String(Int(cost.nanoseconds.rounded())), rounded(cost.allocations),
            rounded(cost.retains), benchmark.meaning))
      }
    }
  }

  private func rounded(_ figure: Double) -> String { String((figure * 10).rounded() / 10) }

  private func row(_ name: String, _ figures: String...) -> String {
    let columns = figures.dropLast().map { figure in
      String(repeating: " ", count: max(0, 9 - figure.count)) + figure
    }
    return name.padding(toLength: 26, withPad: " ", startingAt: 0) + columns.joined() + "  "
      + (figures.last ?? "")
  }
}
