// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// Regions as `panjeon regions` prints them.
struct RegionsReport: Encodable {
  struct Region: Encodable {
    var table: String
    var id: UInt64
    var start: String
    var stop: String?
    var upperFiles: Int
    var bottomFiles: Int
    var fileBytes: UInt64
    var cells: UInt64
    var memtableCells: UInt64
  }

  var regions: [Region]

  /// The regions of all tables, or of one.
  ///
  /// Throws `noSuchTable`, naming the tables there are.
  init(_ info: StoreInfo, table: String?) throws(StoreError) {
    let tables = info.tables.filter { table == nil || $0.schema.name == table }
    if let table, tables.isEmpty {
      let known = info.tables.map(\.schema.name).joined(separator: ", ")
      throw StoreError(
        .noSuchTable,
        "there is no table '\(table)'; \(known.isEmpty ? "the store has none" : "there are: \(known)")"
      )
    }
    regions = tables.flatMap { table in
      table.regions.map { Self.describe($0, of: table.schema.name) }
    }
  }

  private static func describe(_ region: StoreInfo.RegionInfo, of table: String) -> Region {
    Region(
      table: table, id: region.id, start: region.rows.start.description,
      stop: region.rows.stop?.description,
      upperFiles: region.groups.reduce(0) { $0 + $1.upperFiles },
      bottomFiles: region.groups.reduce(0) { $0 + $1.bottomFiles },
      fileBytes: region.groups.reduce(0) { $0 + $1.fileBytes },
      cells: region.groups.reduce(0) { $0 + $1.cellCount },
      memtableCells: region.groups.reduce(0) { $0 + $1.memtableCellCount })
  }

  /// For people.
  var text: String {
    regions.map { region in
      let stop = region.stop.map { "'\($0)'" } ?? "the end"
      return "\(region.table) region \(region.id): rows '\(region.start)' to \(stop), "
        + "\(region.upperFiles) upper + \(region.bottomFiles) bottom files, \(region.fileBytes) bytes, "
        + "\(region.cells) cells; \(region.memtableCells) cells in memory"
    }.joined(separator: "\n")
  }
}
