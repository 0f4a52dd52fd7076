// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// A verification, or what a salvage lacks, as the tool prints it.
struct VerifyReport: Report {
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
  private var damages: Int

  private enum CodingKeys: String, CodingKey {
    case sound, findings, findingsDropped, tableFiles, blocks, cells, logSegments, logRecords
    case bytesRead
  }

  /// - Parameters:
  ///   - report: What was found.
  ///   - limit: How many findings are told at the most; nil: all that were kept.
  init(_ report: VerificationReport, limit: Int? = nil) {
    let told = report.findings.prefix(limit ?? .max)
    sound = report.isSound
    findings = told.map { finding in
      Finding(
        kind: finding.kind.rawValue, file: finding.file, offset: finding.offset,
        table: finding.table, start: finding.rows.map { "\($0.start)" },
        stop: finding.rows.flatMap { $0.stop.map { "\($0)" } }, message: finding.message,
        isDamage: finding.isDamage)
    }
    findingsDropped = report.findingsDropped + report.findings.count - told.count
    damages = report.findings.count(where: \.isDamage) + report.findingsDropped
    tableFiles = report.tableFiles
    blocks = report.blocks
    cells = report.cells
    logSegments = report.logSegments
    logRecords = report.logRecords
    bytesRead = report.bytesRead
    lines = told.map(\.description)
  }

  /// For people: the findings, then what was looked at and what it comes to.
  var text: String {
    var lines = lines
    if findingsDropped > 0 { lines.append("... and \(findingsDropped) more") }
    var looked = "\(tableFiles) SSTables"
    if blocks > 0 { looked += " with \(blocks) blocks and \(cells) cells" }
    looked += ", \(logSegments) log segments with \(logRecords) records"
    // A salvage says only what it lacks.
    if tableFiles + logSegments > 0 { lines.append("looked at \(looked)") }
    lines.append(sound ? "sound" : "DAMAGED: \(damages) findings")
    return lines.joined(separator: "\n")
  }
}
