// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// Tables as `panjeon tables` prints them.
struct TablesReport: Report {
  struct Family: Encodable {
    var name: String
    var versionsMax: Int
    var versionsMin: Int
    /// Absent: cells do not expire.
    var timeToLiveSeconds: Double?
    var localityGroup: String
  }

  struct Group: Encodable {
    var name: String
    /// Absent: the best that this build has.
    var compression: String?
    var bloomFilter: String
  }

  struct Table: Encodable {
    var name: String
    var transactional: Bool
    /// The type of its roots, if it has records.
    var root: String?
    var families: [Family]
    var localityGroups: [Group]
    var splitPolicy: String
    var regions: Int
    var files: Int
    var fileBytes: UInt64
    var cells: UInt64
    var memtableCells: UInt64
  }

  var tables: [Table]
  /// How many more there are.
  var tablesOmitted: Int

  init(_ all: [StoreInfo.Table], _ names: RecordNames, limit: Int?) {
    tables = all.prefix(limit ?? .max).map { Table($0, names) }
    tablesOmitted = all.count - tables.count
  }

  /// For people: a table of tables, then what their families are.
  var text: String {
    var table = TextTable([
      ("table", .left), ("regions", .right), ("files", .right), ("size", .right), ("cells", .right),
      ("in memory", .right), ("root", .left), ("split policy", .left),
    ])
    for one in tables {
      table.add([
        one.name, String(one.regions), String(one.files), Metrics.bytes(one.fileBytes),
        String(one.cells), String(one.memtableCells), one.root ?? "-", one.splitPolicy,
      ])
    }
    var lines = table.lines
    for one in tables {
      lines.append("\(one.name):")
      lines += one.families.map { "  family \($0.text)" }
      lines += one.localityGroups.map { "  locality group \($0.text)" }
    }
    if tablesOmitted > 0 { lines.append("... and \(tablesOmitted) more tables") }
    return lines.joined(separator: "\n")
  }
}

extension TablesReport.Table {
  fileprivate init(_ info: StoreInfo.Table, _ names: RecordNames) {
    let groups = info.regions.flatMap(\.groups)
    self.init(
      name: info.schema.name, transactional: info.schema.isTransactional,
      root: names.rootType(of: info.schema.name),
      families: info.schema.families.map { family in
        TablesReport.Family(
          name: family.name, versionsMax: family.versionsMax, versionsMin: family.versionsMin,
          timeToLiveSeconds: family.timeToLive.map { $0 / .seconds(1) },
          localityGroup: family.localityGroup)
      },
      localityGroups: info.schema.localityGroups.map { group in
        TablesReport.Group(
          name: group.name, compression: group.compression.map { "\($0)" },
          bloomFilter: "\(group.bloomFilter)")
      },
      splitPolicy: info.schema.splitPolicy.description, regions: info.regions.count,
      files: groups.reduce(0) { $0 + $1.upperFiles + $1.bottomFiles },
      fileBytes: groups.reduce(0) { $0 + $1.fileBytes },
      cells: groups.reduce(0) { $0 + $1.cellCount },
      memtableCells: groups.reduce(0) { $0 + $1.memtableCellCount })
  }
}

extension TablesReport.Family {
  fileprivate var text: String {
    var text = "\(name): "
    text += versionsMax == 1 ? "1 version" : "at most \(versionsMax) versions"
    if versionsMin > 0 { text += ", at least \(versionsMin)" }
    if let timeToLiveSeconds { text += ", for \(timeToLiveSeconds) s" }
    return text + ", locality group \(localityGroup)"
  }
}

extension TablesReport.Group {
  fileprivate var text: String {
    "\(name): compression \(compression ?? "by default"), Bloom filter by \(bloomFilter)"
  }
}
