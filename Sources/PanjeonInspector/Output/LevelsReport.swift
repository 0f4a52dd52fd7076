// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// The runs of each region as `panjeon levels` prints them.
struct LevelsReport: Report {
  struct File: Encodable {
    var number: UInt64
    var bytes: UInt64
    var rows: UInt64
    var cells: UInt64
    var deletes: UInt64
    var smallestRow: String
    var largestRow: String
    var smallestSequence: UInt64
    var largestSequence: UInt64
    /// Whether it is a part of a file that another region has a part of too, since a split.
    var shared: Bool
  }

  struct Level: Encodable {
    /// "memtable", "sealed memtables", "run" or "bottom".
    var kind: String
    var fileCount: Int
    var bytes: UInt64
    var cells: UInt64
    /// Absent: not known of memtables.
    var deletes: UInt64?
    /// Absent unless SSTables are listed.
    var files: [File]?
    /// How many of them are not listed.
    var filesOmitted: Int?
  }

  struct Group: Encodable {
    var table: String
    var region: UInt64
    var start: String
    /// Absent: to the end.
    var stop: String?
    var localityGroup: String
    /// How many runs a Scan merges.
    var readAmplification: Int
    /// Newest first.
    var levels: [Level]
  }

  var groups: [Group]

  init(_ tables: [TableHandle], _ style: ByteStyle, withFiles: Bool, limit: Int?) {
    let lister = FileLister(style: style, isWanted: withFiles, limit: limit)
    groups = tables.flatMap { table in
      table.regions.flatMap { region in
        zip(table.schema.localityGroups, region.view.groups).map { group, view in
          let levels = lister.levels(of: view)
          return Group(
            table: table.schema.name, region: region.id, start: style.text(region.rows.start),
            stop: region.rows.stop.map(style.text), localityGroup: group.name,
            readAmplification: levels.count { $0.cells > 0 || $0.fileCount > 0 }, levels: levels)
        }
      }
    }
  }

  /// For people.
  var text: String {
    groups.map(\.text).joined(separator: "\n")
  }
}

/// Describes runs, with their files or without.
private struct FileLister {
  let style: ByteStyle
  let isWanted: Bool
  let limit: Int?

  func levels(of view: GroupView) -> [LevelsReport.Level] {
    let active = LevelsReport.Level(
      kind: "memtable", fileCount: 0, bytes: UInt64(view.active.table.bytesUsed),
      cells: view.active.table.cellCount)
    let sealed = view.immutables.map { sealed in
      LevelsReport.Level(
        kind: "sealed memtables", fileCount: 0,
        bytes: sealed.parts.reduce(0) { $0 + UInt64($1.memtable.table.bytesUsed) },
        cells: sealed.cellCount)
    }
    let upper = view.upper.map { level("run", [$0]) }
    return [active] + sealed + upper + (view.bottom.isEmpty ? [] : [level("bottom", view.bottom)])
  }

  private func level(_ kind: String, _ tables: [Table]) -> LevelsReport.Level {
    let told = isWanted ? tables.prefix(limit ?? .max).map(describe) : nil
    return LevelsReport.Level(
      kind: kind, fileCount: tables.count, bytes: tables.reduce(0) { $0 + $1.bytes },
      cells: tables.reduce(0) { $0 + $1.properties.cellCount },
      deletes: tables.reduce(0) { $0 + $1.properties.deleteCount }, files: told,
      filesOmitted: told.map { tables.count - $0.count })
  }

  private func describe(_ table: Table) -> LevelsReport.File {
    let properties = table.properties
    return LevelsReport.File(
      number: table.number, bytes: table.bytes, rows: properties.rowCount,
      cells: properties.cellCount, deletes: properties.deleteCount,
      smallestRow: style.text(properties.smallestRow),
      largestRow: style.text(properties.largestRow),
      smallestSequence: properties.smallestSequence, largestSequence: properties.largestSequence,
      shared: table.bounds != nil)
  }
}

extension LevelsReport.Group {
  fileprivate var text: String {
    let end = stop.map { "'\($0)'" } ?? "the end"
    let head =
      "table \(table), region \(region) ('\(start)' to \(end)), group \(localityGroup): "
      + "\(readAmplification) to merge"
    var rows = TextTable([
      ("", .left), ("files", .right), ("size", .right), ("cells", .right), ("deletes", .right),
      ("", .left),
    ])
    for level in levels {
      rows.add([
        level.kind, level.fileCount == 0 ? "-" : String(level.fileCount),
        Metrics.bytes(level.bytes), String(level.cells), level.deletes.map { String($0) } ?? "-",
        "",
      ])
      for file in level.files ?? [] {
        rows.add([
          "  \(FileNames.table(file.number).name)", "", Metrics.bytes(file.bytes),
          String(file.cells),
          String(file.deletes),
          "'\(file.smallestRow)' to '\(file.largestRow)'" + (file.shared ? ", shared" : ""),
        ])
      }
      if let omitted = level.filesOmitted, omitted > 0 {
        rows.add(["  ... and \(omitted) more", "", "", "", "", ""])
      }
    }
    return ([head] + rows.lines.map { "  " + $0 }).joined(separator: "\n")
  }
}
