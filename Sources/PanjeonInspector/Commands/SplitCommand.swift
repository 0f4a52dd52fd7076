// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Panjeon
internal import PanjeonStorage
internal import WideColumn

/// The command `panjeon split STORE TABLE`.
struct SplitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split", abstract: "Splits a region of a table.",
    discussion: """
      At a row, which begins the second half, or in the middle of a region's data. The store must not be open elsewhere; \
      with --dry-run it may be, and is not changed.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The table.")
  var table: String

  @Option(help: "The first row of the second half; bytes that cannot be typed as \\xHH.")
  var at: String?

  @Option(help: "The region's number; without it the one that holds the row of --at.")
  var region: UInt64?

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  func validate() throws {
    if at == nil, region == nil { throw ValidationError("give --at, --region or both") }
    if let at {
      if at.isEmpty { throw ValidationError("a row key has at least one byte") }
      _ = try StoreCommand.bytes(at, "row")
    }
  }

  func run() async throws {
    let row = try at.map { try StoreCommand.bytes($0, "row") }
    try await StoreCommand.change(store, isDryRun: dryRun) { database in
      let store = database.store
      let id = try StoreCommand.region(in: store, table: table, id: region, row: row)
      let (found, point) = try store.splitPoint(of: id, at: row)
      if dryRun {
        return Output.print("region \(found.id) would be split at '\(point)'")
      }
      let (first, second) = try await store.splitRegion(id, at: point)
      Output.print("region \(id) was split at '\(point)' into regions \(first) and \(second)")
    }
  }
}

/// The command `panjeon merge STORE TABLE REGION REGION`.
struct MergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Merges two neighbouring regions of a table.",
    discussion: """
      Should the table's policy find the merged region too large, the next process that writes to the store splits it again. \
      The store must not be open elsewhere; with --dry-run it may be, and is not changed.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The table.")
  var table: String

  @Argument(help: "The number of one region; `panjeon regions` shows them.")
  var first: UInt64

  @Argument(help: "The number of the other.")
  var second: UInt64

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  func run() async throws {
    try await StoreCommand.change(store, isDryRun: dryRun) { database in
      let store = database.store
      for id in [first, second] {
        _ = try StoreCommand.region(in: store, table: table, id: id, row: nil)
      }
      let (left, right) = try store.neighbours(first, second)
      if dryRun {
        return Output.print("regions \(left.id) and \(right.id) would be merged")
      }
      let merged = try await store.mergeRegions(first, second)
      Output.print("regions \(left.id) and \(right.id) were merged into region \(merged)")
    }
  }
}

/// The command `panjeon normalize STORE TABLE`.
struct NormalizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "normalize", abstract: "Splits and merges regions until they are more even.",
    discussion: """
      Regions of more than twice the mean are split, neighbours of together less than the mean are merged, but no table \
      to fewer than three regions. The store must not be open elsewhere; with --dry-run it may be, and is not changed.
      """)

  @Argument(help: "The store's directory.")
  var store: String

  @Argument(help: "The table.")
  var table: String

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  func run() async throws {
    try await StoreCommand.change(store, isDryRun: dryRun) { database in
      let proposals =
        dryRun
        ? try database.store.regionProposals(for: table)
        : try await database.store.normalizeRegions(of: table)
      if proposals.isEmpty { Output.print("nothing to do: the regions are even enough") }
      for proposal in proposals {
        Output.print((dryRun ? "would " : "did ") + proposal.text)
      }
    }
  }
}
