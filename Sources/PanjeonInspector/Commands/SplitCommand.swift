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
      At a row, which begins the second half, or in the middle of a region's data.
      """)

  @OptionGroup var input: WritingOptions

  @Argument(help: "The table.")
  var table: String

  @Option(help: "The first row of the second half; bytes that cannot be typed as \\xHH.")
  var at: String?

  @Option(help: "The region's number; without it the one that holds the row of --at.")
  var region: UInt64?

  @OptionGroup var bytes: ByteOptions

  func validate() throws {
    if at == nil, region == nil { throw ValidationError("give --at, --region or both") }
    if let at {
      if at.isEmpty { throw ValidationError("a row key has at least one byte") }
      _ = try bytes.bytes(at, "row")
    }
  }

  func run() async throws {
    let row = try at.map { try bytes.bytes($0, "row") }
    try await input.change { database in
      let store = database.store
      let id = try StoreCommand.region(in: store, table: table, id: region, row: row)
      let (found, point) = try store.splitPoint(of: id, at: row)
      let deed = "split region \(found.id) of table '\(table)' at '\(bytes.style.text(point))'"
      guard try input.isToDo(deed) else { return }
      let (first, second) = try await store.splitRegion(id, at: point)
      try input.output.print(
        DeedReport(deed, result: "regions \(first) and \(second)", regions: [first, second]))
    }
  }
}

/// The command `panjeon merge STORE TABLE REGION REGION`.
struct MergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Merges two neighbouring regions of a table.",
    discussion: """
      Should the table's policy find the merged region too large, the next process that writes to the store splits it again.
      """)

  @OptionGroup var input: WritingOptions

  @Argument(help: "The table.")
  var table: String

  @Argument(help: "The number of one region; `panjeon regions` shows them.")
  var first: UInt64

  @Argument(help: "The number of the other.")
  var second: UInt64

  func run() async throws {
    try await input.change { database in
      let store = database.store
      for id in [first, second] {
        _ = try StoreCommand.region(in: store, table: table, id: id, row: nil)
      }
      let (left, right) = try store.neighbours(first, second)
      let deed = "merge regions \(left.id) and \(right.id) of table '\(table)'"
      guard try input.isToDo(deed) else { return }
      let merged = try await store.mergeRegions(first, second)
      try input.output.print(DeedReport(deed, result: "region \(merged)", regions: [merged]))
    }
  }
}

/// The command `panjeon normalize STORE TABLE`.
struct NormalizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "normalize", abstract: "Splits and merges regions until they are more even.",
    discussion: """
      Regions of more than twice the mean are split, neighbours of together less than the mean are merged, but no table \
      to fewer than three regions.
      """)

  @OptionGroup var input: WritingOptions

  @Argument(help: "The table.")
  var table: String

  func run() async throws {
    try await input.change { database in
      let proposals = try database.store.regionProposals(for: table)
      if proposals.isEmpty {
        return try input.output.print(
          DeedReport("even out the regions of table '\(table)'", result: "they are even enough"))
      }
      guard try input.isToDo(proposals.map(\.text).joined(separator: "; ")) else { return }
      for proposal in try await database.store.normalizeRegions(of: table) {
        try input.output.print(DeedReport(proposal.text))
      }
    }
  }
}
