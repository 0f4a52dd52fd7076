// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// A store as `panjeon info` prints it.
struct InfoReport: Report {
  struct Group: Encodable {
    var group: Int
    var upperFiles: Int
    var bottomFiles: Int
    var fileBytes: UInt64
    var cells: UInt64
    var memtableCells: UInt64
  }

  struct Region: Encodable {
    var id: UInt64
    var start: String
    var stop: String?
    var groups: [Group]
  }

  struct Family: Encodable {
    var name: String
    var versionsMax: Int
    var localityGroup: String
  }

  struct Table: Encodable {
    var name: String
    var families: [Family]
    var regions: [Region]
  }

  /// A volume, of which `panjeon volumes` says more.
  struct Volume: Encodable {
    var name: String
    var storageClass: String
    var state: String

    private enum CodingKeys: String, CodingKey {
      case name
      case storageClass = "class"
      case state
    }
  }

  var directory: String
  var formatVersion: UInt64
  var lastSequence: UInt64
  var directoryBytes: UInt64
  var logSegments: Int
  var recordsReplayed: Int
  var bytesDropped: UInt64
  /// Nil: there is one copy, in the directory.
  var volumes: [Volume]?
  var tables: [Table]
  /// How many more there are.
  var tablesOmitted: Int

  init(_ info: StoreInfo, _ survey: ReplicationSurvey?, limit: Int? = nil) {
    directory = info.directory
    formatVersion = info.formatVersion
    lastSequence = info.lastSequence
    directoryBytes = info.directoryBytes
    logSegments = info.logSegments
    recordsReplayed = info.recovery.recordsReplayed
    bytesDropped = info.recovery.bytesDropped
    volumes = survey?.volumes.map { report in
      Volume(
        name: report.volume.name, storageClass: report.volume.storageClass.rawValue,
        state: report.standing.description)
    }
    tablesOmitted = max(0, info.tables.count - (limit ?? .max))
    tables = info.tables.prefix(limit ?? .max).map { table in
      Table(
        name: table.schema.name,
        families: table.schema.families.map {
          Family(
            name: $0.name, versionsMax: $0.versionsMax, localityGroup: $0.localityGroup)
        },
        regions: table.regions.map(Self.describe))
    }
  }

  private static func describe(_ region: StoreInfo.RegionInfo) -> Region {
    Region(
      id: region.id, start: region.rows.start.description,
      stop: region.rows.stop?.description,
      groups: region.groups.map {
        Group(
          group: $0.number, upperFiles: $0.upperFiles, bottomFiles: $0.bottomFiles,
          fileBytes: $0.fileBytes, cells: $0.cellCount, memtableCells: $0.memtableCellCount)
      })
  }

  /// For people.
  var text: String {
    var lines = [
      "store          \(directory)", "format         \(formatVersion)",
      "last sequence  \(lastSequence)",
      "size           \(directoryBytes) bytes, \(logSegments) log segments",
      "log            \(recordsReplayed) records not yet in SSTables, \(bytesDropped) bytes of torn end",
    ]
    for volume in volumes ?? [] {
      lines.append("volume         \(volume.name) (\(volume.storageClass)) \(volume.state)")
    }
    for table in tables {
      lines.append("table          \(table.name)")
      for family in table.families {
        lines.append(
          "  family       \(family.name) (versions \(family.versionsMax), group \(family.localityGroup))"
        )
      }
      for region in table.regions {
        lines.append(
          "  region \(region.id)     rows '\(region.start)' to \(region.stop.map { "'\($0)'" } ?? "the end")"
        )
        for group in region.groups {
          lines.append(
            "    group \(group.group)    \(group.upperFiles) upper + \(group.bottomFiles) bottom files, "
              + "\(group.fileBytes) bytes, \(group.cells) cells; \(group.memtableCells) cells in memory"
          )
        }
      }
    }
    if tablesOmitted > 0 { lines.append("... and \(tablesOmitted) more tables") }
    return lines.joined(separator: "\n")
  }
}
