// SPDX-License-Identifier: Apache-2.0

package import PanjeonStorage

/// A store's volumes as `panjeon volumes` prints them.
package struct VolumesReport: Report, Sendable {
  struct VolumeLine: Encodable, Sendable {
    var name: String
    var storageClass: String
    var zone: String
    var rack: String
    var path: String
    /// Nil: as much as there is room for.
    var capacityBytes: UInt64?
    var state: String
    var reason: String?
    var epoch: UInt64?
    var files: Int
    var bytes: UInt64
    /// Nil: unknown.
    var freeBytes: UInt64?
    var logBytesBehind: UInt64

    private enum CodingKeys: String, CodingKey {
      case name
      case storageClass = "class"
      case zone, rack, path, capacityBytes, state, reason, epoch, files, bytes, freeBytes
      case logBytesBehind
    }
  }

  var store: String
  var epoch: UInt64
  var policy: String
  /// What it asks for, in words.
  var policyPhrase: String
  /// Whether the volumes that count fulfil it.
  var policyFulfilled: Bool
  /// What they lack of it, in words.
  var missing: [String]
  var files: Int
  var degradedFiles: Int
  var volumes: [VolumeLine]
  package var findings: [String]

  package init(_ survey: ReplicationSurvey) {
    store = survey.store
    epoch = survey.epoch
    policy = survey.policy.description
    policyPhrase = survey.policy.phrase
    missing = survey.missing
    policyFulfilled = missing.isEmpty
    files = survey.files.count
    degradedFiles = survey.files.count(where: \.isDegraded)
    findings = survey.findings
    volumes = survey.volumes.map { report in
      let volume = report.volume
      return VolumeLine(
        name: volume.name, storageClass: volume.storageClass.rawValue, zone: volume.zone,
        rack: volume.rack, path: volume.path,
        capacityBytes: volume.capacityBytes == .max ? nil : volume.capacityBytes,
        state: report.standing.description, reason: report.standing.finding, epoch: report.epoch,
        files: report.fileCount, bytes: report.fileBytes,
        freeBytes: report.freeBytes, logBytesBehind: report.logBytesBehind)
    }
  }

  /// For people.
  package var text: String {
    var lines = ["store \(store), epoch \(epoch)", "policy \(policy): \(policyPhrase)"]
    lines += table
    lines += findings.map { "finding: \($0)" }
    lines.append(
      findings.isEmpty ? "the policy is fulfilled, for all of \(files) files" : summary)
    return lines.joined(separator: "\n")
  }

  /// The volumes alone.
  var table: [String] {
    var table = TextTable([
      ("volume", .left), ("class", .left), ("zone", .left), ("rack", .left), ("state", .left),
      ("epoch", .right), ("files", .right), ("size", .right), ("free", .right),
      ("log behind", .right), ("capacity", .right), ("directory", .left),
    ])
    for volume in volumes {
      table.add([
        volume.name, volume.storageClass, volume.zone, volume.rack, volume.state,
        volume.epoch.map(String.init) ?? "-", String(volume.files), Metrics.bytes(volume.bytes),
        volume.freeBytes.map(Metrics.bytes) ?? "-", Metrics.bytes(volume.logBytesBehind),
        volume.capacityBytes.map(Metrics.bytes) ?? "any",
        volume.path,
      ])
    }
    return table.lines
  }

  private var summary: String {
    let count = findings.count == 1 ? "1 finding" : "\(findings.count) findings"
    return
      "\(count); files that lack copies: \(degradedFiles) of \(files)"
  }
}
