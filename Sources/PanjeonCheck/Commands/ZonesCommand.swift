// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonTesting
internal import WideColumn

/// `panjeon-check zones`: what a transaction costs whose client is in another zone than the store.
struct ZonesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zones",
    abstract: "Says what transactions cost whose store is in another zone.",
    discussion: """
      The protocols themselves run in virtual time, on a model of a store; each call and its answer are under way for 2 to 3 ms \
      together. one batch is a store that commits many rows in one step, two phases the commit over lock columns with the calls of \
      a phase at once, one by one the same with one call after the other. A transaction reads all of its rows together and writes \
      some; latencies are averages up to the acknowledgement. Equal arguments give equal figures.
      """)

  static let transactionsMax = 10_000

  @Option(help: "How many transactions each latency is the average of.")
  var transactions = 50

  @Option(help: "What the times on the way are drawn from.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Also write a plot there.", valueName: "FILE.svg"))
  var svg: String?

  @Flag(help: "Print a JSON array.")
  var json = false

  func validate() throws {
    guard (1...Self.transactionsMax).contains(transactions) else {
      throw ValidationError("--transactions must lie between 1 and \(Self.transactionsMax)")
    }
    if let svg, svg.isEmpty { throw ValidationError("--svg names no file") }
  }

  func run() async throws {
    Output.ignoreClosedPipe()
    let (transactions, seed) = (transactions, seed)
    do {
      let table = try await HistoryFile.onThread {
        Result { () throws(SimulationError) in
          try ZoneTable(transactions: transactions, seed: seed)
        }
      }.get()
      Output.print(json ? table.json : table.text)
      if let svg { try await HistoryFile.write(Array(ZonePlot(table).svg.utf8), to: svg) }
    } catch {
      Output.printError("panjeon-check: \(error)")
      throw ExitCode.failed
    }
  }
}
