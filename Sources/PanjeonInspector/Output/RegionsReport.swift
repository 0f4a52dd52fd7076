// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
internal import PanjeonStorage
internal import WideColumn

/// Regions as `panjeon regions` prints them.
struct RegionsReport: Report {
  struct Region: Encodable {
    var table: String
    var id: UInt64
    var start: String
    var stop: String?
    var upperFiles: Int
    var bottomFiles: Int
    var sharedFiles: Int
    var fileBytes: UInt64
    var cells: UInt64
    var memtableCells: UInt64
    var reads: UInt64
    var writes: UInt64
    var parents: [UInt64]
    var createdAt: String?
    var cause: String?
    var splitPoint: String?
    var advice: String
  }

  struct Table: Encodable {
    var name: String
    var regions: Int
    var splitPolicy: String
    var proposals: [String]
  }

  var tables: [Table]
  var regions: [Region]
  /// How many more there are.
  var regionsOmitted: Int

  /// The regions of all tables, or of one; not more than `limit`.
  ///
  /// Throws `noSuchTable`, naming the tables there are.
  init(_ store: EmbeddedStore, table: String?, limit: Int? = nil) async throws(StoreError) {
    let all = try await store.info().tables
    let chosen = all.filter { table == nil || $0.schema.name == table }
    if let table, chosen.isEmpty {
      let known = all.map(\.schema.name).joined(separator: ", ")
      throw StoreError(
        .noSuchTable,
        "there is no table '\(table)'; \(known.isEmpty ? "the store has none" : "there are: \(known)")"
      )
    }
    tables = []
    for table in chosen {
      tables.append(
        Table(
          name: table.schema.name, regions: table.regions.count,
          splitPolicy: table.schema.splitPolicy.description,
          proposals: try store.regionProposals(for: table.schema.name).map(\.text)))
    }
    let found = chosen.flatMap { table in
      table.regions.map { Self.describe($0, of: table.schema.name) }
    }
    regions = Array(found.prefix(limit ?? .max))
    regionsOmitted = found.count - regions.count
  }

  static func describe(_ region: StoreInfo.RegionInfo, of table: String) -> Region {
    Region(
      table: table, id: region.id, start: region.rows.start.description,
      stop: region.rows.stop?.description,
      upperFiles: region.groups.reduce(0) { $0 + $1.upperFiles },
      bottomFiles: region.groups.reduce(0) { $0 + $1.bottomFiles },
      sharedFiles: region.groups.reduce(0) { $0 + $1.sharedFiles },
      fileBytes: region.groups.reduce(0) { $0 + $1.fileBytes },
      cells: region.groups.reduce(0) { $0 + $1.cellCount },
      memtableCells: region.groups.reduce(0) { $0 + $1.memtableCellCount },
      reads: region.reads, writes: region.writes, parents: region.parents,
      createdAt: region.createdAt.map(Self.date), cause: region.cause,
      splitPoint: region.splitPoint?.description, advice: region.advice)
  }

  private static func date(_ timestamp: Timestamp) -> String {
    Date(timeIntervalSince1970: Double(timestamp.microseconds) / 1e6).ISO8601Format()
  }

  /// For people.
  var text: String {
    let told = Set(regions.map(\.table))
    let tables = tables.filter { regionsOmitted == 0 || told.contains($0.name) }.map { table in
      let own = regions.filter { $0.table == table.name }
      let count = table.regions == 1 ? "1 region" : "\(table.regions) regions"
      let head = "table \(table.name): \(count), split policy \(table.splitPolicy)"
      return ([head] + own.map(\.text) + table.proposals.map { "  proposed: \($0)" })
        .joined(separator: "\n")
    }
    let omitted = regionsOmitted > 0 ? ["... and \(regionsOmitted) more regions"] : []
    return (tables + omitted).joined(separator: "\n")
  }
}

extension RegionsReport.Region {
  /// For people: what it has, where it comes from, whether it would be split.
  var text: String {
    let end = stop.map { "'\($0)'" } ?? "the end"
    let shared = sharedFiles == 0 ? "" : " (\(sharedFiles) shared since a split)"
    var lines = [
      "  region \(id): rows '\(start)' to \(end)",
      "    \(upperFiles) upper + \(bottomFiles) bottom files\(shared), \(fileBytes) bytes, \(cells) cells; "
        + "\(memtableCells) cells in memory",
      "    \(reads) rows read, \(writes) written",
    ]
    if !parents.isEmpty, let cause, let createdAt {
      let from = parents.map { String($0) }.joined(separator: " and ")
      let what = parents.count == 1 ? "split from region \(from)" : "merged from regions \(from)"
      lines.append("    \(what) at \(createdAt), because \(cause)")
    }
    lines.append(
      splitPoint.map { "    to be split at '\($0)': \(advice)" } ?? "    not to be split: \(advice)"
    )
    return lines.joined(separator: "\n")
  }
}

extension RegionProposal {
  /// For people: "merge regions 3 and 4, because together they hold …".
  var text: String {
    switch action {
    case .split(let region, let row): "split region \(region) at '\(row)', because \(cause)"
    case .merge(let first, let second): "merge regions \(first) and \(second), because \(cause)"
    }
  }
}
