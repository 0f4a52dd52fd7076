// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage

/// The command `panjeon metrics STORE`.
struct MetricsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Shows a store's metrics: memory, files, levels, recovery, copies.",
    discussion: """
      Counts of work are those of this opening for reading, so that commits, flushes and compactions are none: a running process tells its own, by \
      EmbeddedStore.metrics or an exporter. The JSON is that of Metrics.json(). --limit counts tables.
      """)

  @OptionGroup var input: ReadingOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await input.read { database in
      var metrics = database.store.metrics
      if let limit = output.limit { metrics.tables = Array(metrics.tables.prefix(limit)) }
      Output.print(output.json ? metrics.json() : metrics.description)
    }
  }
}
