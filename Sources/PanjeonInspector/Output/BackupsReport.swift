// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
internal import PanjeonStorage
internal import WideColumn

/// Backups as `panjeon backups` prints them.
struct BackupsReport: Report {
  struct Backup: Encodable {
    var number: UInt64
    /// Microseconds since 1970; absent: not known.
    var createdAt: Int64?
    var label: String
    var lastSequence: UInt64
    var files: Int
    var fileBytes: UInt64
    /// What is damaged; absent: nothing that was looked at.
    var findings: [String]?
  }

  /// The oldest first.
  var backups: [Backup]
  /// How many older ones there are.
  var backupsOmitted: Int

  /// - Parameters:
  ///   - all: The backups, oldest first.
  ///   - findings: What was found in those that were read, by number.
  ///   - limit: How many to list at the most, the newest.
  init(_ all: [BackupInfo], _ findings: [UInt64: [String]], limit: Int?) {
    let listed = all.suffix(limit ?? .max)
    backups = listed.map { backup in
      let found = (findings[backup.number] ?? []) + (backup.damage.map { [$0] } ?? [])
      return Backup(
        number: backup.number, createdAt: backup.createdAt?.microseconds, label: backup.label,
        lastSequence: backup.lastSequence, files: backup.fileCount, fileBytes: backup.fileBytes,
        findings: found.isEmpty ? nil : found)
    }
    backupsOmitted = all.count - listed.count
  }

  var hasDamage: Bool { backups.contains { $0.findings != nil } }

  var text: String {
    if backups.isEmpty, backupsOmitted == 0 { return "no backups" }
    var table = TextTable([
      ("backup", .right), ("made at", .left), ("files", .right), ("bytes", .right),
      ("label", .left),
    ])
    for backup in backups {
      let madeAt = backup.createdAt.map {
        Date(timeIntervalSince1970: Double($0) / 1e6).formatted(.iso8601)
      }
      table.add([
        "\(backup.number)", madeAt ?? "-", "\(backup.files)", "\(backup.fileBytes)", backup.label,
      ])
    }
    var lines = table.lines
    for backup in backups {
      for finding in backup.findings ?? [] { lines.append("backup \(backup.number): \(finding)") }
    }
    if backupsOmitted > 0 { lines.append("... and \(backupsOmitted) older backups") }
    return lines.joined(separator: "\n")
  }
}
