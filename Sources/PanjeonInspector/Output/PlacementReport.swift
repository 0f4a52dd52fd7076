// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage
package import WideColumn

/// Which volumes have which files, as `panjeon placement` prints it.
package struct PlacementReport: Encodable {
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

/// Why the volumes have a file, or should, as `panjeon placement --explain` prints it.
package struct ExplanationReport: Encodable {
  struct Reason: Encodable {
    var volume: String
    var isChosen: Bool
    var reason: String
  }

  var policy: String
  var file: PlacementReport.File
  var reasons: [Reason]
  private var lines: [String]

  private enum CodingKeys: String, CodingKey {
    case policy, file, reasons
  }

  /// Throws `invalidArgument` when no volume has the file.
  package init(_ survey: ReplicationSurvey, file name: String) throws(StoreError) {
    lines = try survey.explanation(of: name)
    policy = survey.policy.description
    guard let found = survey.files.first(where: { $0.name == name }) else {
      preconditionFailure("it has been explained")
    }
    file = PlacementReport.File(found)
    reasons = survey.volumes.map(\.volume.name).map { volume in
      Reason(
        volume: volume, isChosen: found.decision.chosen.contains(volume),
        reason: found.decision.reasons[volume]?.description ?? "")
    }
  }

  /// For people.
  package var text: String {
    let copies = file.copies.filter(\.counts).map { "'\($0.volume)' (\(Metrics.bytes($0.bytes)))" }
    let there = copies.isEmpty ? "no volume that counts" : copies.joined(separator: ", ")
    return ([file.name + ": there is a copy on " + there] + lines).joined(separator: "\n")
  }
}
