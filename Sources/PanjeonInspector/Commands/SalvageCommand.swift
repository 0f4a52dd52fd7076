// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon salvage STORE --into NEW`.
struct SalvageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "salvage", abstract: "Copies what can be read of a damaged store into a new one.",
    discussion: """
      Reads every block, file and log record that is whole, and says which rows may have lost something. Where a block is \
      missing, older cells may show through. The damaged store is not changed; no process should have it open for writing. \
      Of a store with volumes the best copy of each file is read; if the record of the volume that is given is damaged, that volume alone.
      Exit status: 0 nothing was lost, 1 something was (it is listed), 65 nothing can be read, or the new store cannot be written.
      """)

  @Argument(help: "The damaged store's directory, or that of one of its volumes.")
  var store: String

  @Option(help: "The new store's directory, which must be empty or missing.")
  var into: String

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let damaged = try await Inspector.opening { () throws(StoreError) in
      try await EmbeddedStore.salvage(at: store)
    }
    try output.print(VerifyReport(damaged.report))
    do {
      try await copy(damaged.store)
      try await damaged.store.close()
    } catch {
      Output.printError("panjeon: not everything was copied: \(error)")
      throw Inspector.Status.unreadable
    }
    if !damaged.report.isSound { throw Inspector.Status.findings }
  }

  private func copy(_ source: EmbeddedStore) async throws(StoreError) {
    let tables = try await source.tables()
    if try await !isFree(into) {
      throw StoreError(.invalidArgument, "'\(into)' is not empty; give another --into", file: into)
    }
    let target = try await EmbeddedStore.open(at: into)
    do throws(StoreError) {
      for schema in tables {
        try await target.createTable(schema)
        try await copy(schema, from: source, to: target)
      }
    } catch {
      // The first error is the one that matters.
      try? await target.close()
      throw error
    }
    try await target.close()
  }

  private func isFree(_ path: String) async throws(StoreError) -> Bool {
    let fileSystem = PosixFileSystem()
    guard try fileSystem.exists(path) else { return true }
    return try fileSystem.list(path).isEmpty
  }

  /// How many cells are written at once.
  private static let mutationsMax = 1000

  private func copy(
    _ schema: TableSchema, from source: EmbeddedStore, to target: EmbeddedStore
  ) async throws(StoreError) {
    let versionsMax = schema.families.map(\.versionsMax).max() ?? 1
    var cursor = try await source.scan(Scan(versionsMax: versionsMax), in: schema.name)
    var progress = Progress("table '\(schema.name)'", unit: "rows")
    while let row = try await cursor.next() {
      var mutations: [Mutation] = []
      for cell in row {
        mutations.append(.put(cell.column, timestamp: cell.timestamp, value: cell.value))
        if mutations.count == Self.mutationsMax {
          try await target.mutate(
            RowMutations(row.row, mutations), in: schema.name, durability: .memory)
          mutations = []
        }
      }
      if !mutations.isEmpty {
        try await target.mutate(
          RowMutations(row.row, mutations), in: schema.name, durability: .memory)
      }
      progress.advance()
    }
  }
}
