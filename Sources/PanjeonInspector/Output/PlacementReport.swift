// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage

/// Which volumes have which files, as `panjeon placement` prints it.
package struct PlacementReport: Report {
  struct Copy: Encodable {
    var volume: String
    var bytes: UInt64
    var counts: Bool
    var whole: Bool
  }

  struct File: Encodable {
    var name: String
    var bytes: UInt64
    var inForce: Bool
    var degraded: Bool
    var copies: [Copy]
    /// The volumes that should get a copy.
    var lacking: [String]
    /// The volumes whose copy is not needed.
    var surplus: [String]
    /// What no volume can give, in words.
    var missing: [String]

    init(_ file: ReplicationSurvey.FileReport) {
      name = file.name
      bytes = file.bytes
      inForce = file.isInForce
      degraded = file.isDegraded
      copies = file.copies.map {
        Copy(volume: $0.volume, bytes: $0.bytes, counts: $0.isCounted, whole: $0.isWhole)
      }
      lacking = file.lacking
      surplus = file.surplus
      missing = file.decision.missing
    }
  }

  var policy: String
  var volumes: [String]
  /// Degraded ones first.
  var files: [File]
  /// How many more there are.
  var filesOmitted: Int
  var degradedFiles: Int
  package var findings: [String]

  /// - Parameters:
  ///   - survey: What the volumes hold.
  ///   - limit: How many files are told at the most; nil: all.
  package init(_ survey: ReplicationSurvey, limit: Int? = nil) {
    policy = survey.policy.description
    volumes = survey.volumes.map(\.volume.name)
    let all = survey.files.filter(\.isDegraded) + survey.files.filter { !$0.isDegraded }
    let told = all.prefix(limit ?? all.count)
    files = told.map(File.init)
    filesOmitted = all.count - told.count
    degradedFiles = survey.files.count(where: \.isDegraded)
    findings = survey.findings
  }

  /// For people.
  package var text: String {
    var lines = ["policy \(policy)"]
    var table = TextTable(
      [("file", .left), ("size", .right)] + volumes.map { ($0, .left) } + [("", .left)])
    for file in files {
      table.add(
        [file.name, Metrics.bytes(file.bytes)] + volumes.map(file.cell) + [file.remark])
    }
    lines += table.lines
    if filesOmitted > 0 { lines.append("... and \(filesOmitted) more") }
    lines += findings.map { "finding: \($0)" }
    let count = files.count + filesOmitted
    lines.append("files that lack copies: \(degradedFiles) of \(count)")
    return lines.joined(separator: "\n")
  }
}

extension PlacementReport.File {
  /// What a volume has of it.
  fileprivate func cell(of volume: String) -> String {
    guard let copy = copies.first(where: { $0.volume == volume }) else { return "-" }
    if !copy.counts { return "(copy)" }
    if copy.bytes != bytes { return Metrics.bytes(copy.bytes) }
    return copy.whole ? "copy" : "other"
  }

  /// What is to be said of it.
  fileprivate var remark: String {
    if !inForce { return "being written, or to be removed" }
    var remarks = lacking.map { "lacks a copy on '\($0)'" }
    remarks += missing.map { "lacks \($0)" }
    remarks += surplus.map { "needs no copy on '\($0)'" }
    return remarks.joined(separator: "; ")
  }
}
