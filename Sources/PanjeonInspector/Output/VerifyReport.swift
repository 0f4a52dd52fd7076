// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// A verification, or what a salvage lacks, as the tool prints it.
struct VerifyReport: Encodable {
  struct Finding: Encodable {
    var kind: String
    var file: String
    var offset: UInt64?
    var table: String?
    var start: String?
    var stop: String?
    var message: String
    var isDamage: Bool
  }

  var sound: Bool
  var findings: [Finding]
  var findingsDropped: Int
  var tableFiles: Int
  var blocks: Int
  var cells: UInt64
  var logSegments: Int
  var logRecords: Int
  var bytesRead: UInt64

  private var lines: [String]

  private enum CodingKeys: String, CodingKey {
    case sound, findings, findingsDropped, tableFiles, blocks, cells, logSegments, logRecords
    case bytesRead
  }

  init(_ report: VerificationReport) {
    sound = report.isSound
    findings = report.findings.map { finding in
      Finding(
        kind: finding.kind.rawValue, file: finding.file, offset: finding.offset,
        table: finding.table, start: finding.rows.map { "\($0.start)" },
        stop: finding.rows.flatMap { $0.stop.map { "\($0)" } }, message: finding.message,
        isDamage: finding.isDamage)
    }
    findingsDropped = report.findingsDropped
    tableFiles = report.tableFiles
    blocks = report.blocks
    cells = report.cells
    logSegments = report.logSegments
    logRecords = report.logRecords
    bytesRead = report.bytesRead
    lines = report.findings.map(\.description)
  }

  /// For people: the findings, then what was looked at and what it comes to.
  var text: String {
    var lines = lines
    if findingsDropped > 0 { lines.append("... and \(findingsDropped) more") }
    var looked = "\(tableFiles) SSTables"
    if blocks > 0 { looked += " with \(blocks) blocks and \(cells) cells" }
    looked += ", \(logSegments) log segments with \(logRecords) records"
    let damages = findings.count(where: \.isDamage) + findingsDropped
    lines.append("looked at \(looked)")
    lines.append(sound ? "sound" : "DAMAGED: \(damages) findings")
    return lines.joined(separator: "\n")
  }
}
