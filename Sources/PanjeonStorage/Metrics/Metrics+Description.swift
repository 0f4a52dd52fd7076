// SPDX-License-Identifier: Apache-2.0

extension Metrics: CustomStringConvertible {
  /// A table for people; its layout may change, ``json()`` is for programs.
  public var description: String {
    var lines = [Self.line("elapsed", Self.time(elapsed))]
    lines += workLines + memoryLines + stateLines
    if let replication { lines += copyLines(replication) }
    lines.append("")
    lines += stallLines
    if !tables.isEmpty {
      lines.append("")
      lines += tableLines
    }
    if let replication {
      lines.append("")
      lines += volumeLines(replication)
    }
    return lines.joined(separator: "\n")
  }

  private var workLines: [String] {
    let commitsLine = Self.line(
      "commits", "\(commits.count)",
      "\(commits.inMemory) in memory, \(commits.inOperatingSystem) in the system",
      "\(commits.onDisk) on disk", "\(commits.rows) rows, \(commits.cells) cells",
      "\(commits.staleChecks) checked again, \(commits.refused) refused")
    let logLine = Self.line(
      "log", Self.bytes(log.bytes),
      "\(log.records) records, \(log.writes) writes, \(log.syncs) syncs",
      "\(Self.ratio(log.recordsPerSync)) records a sync",
      "\(log.segments) segments, \(Self.bytes(log.retainedBytes)) kept")
    let readsLine = Self.line(
      "gets", "\(reads.gets)", "\(reads.conditions) conditions",
      "\(reads.scans) scans of \(reads.scannedRows) rows",
      "\(reads.filterRejections) of \(reads.filterChecks) filters said no",
      "\(Self.bytes(reads.blockBytesRead)) from files")
    let flushesLine = Self.line(
      "flushes", "\(flushes.count)", Self.bytes(flushes.bytes),
      "\(flushes.waiting) memtables wait")
    let compactionsLine = Self.line(
      "compactions", "\(compactions.count)",
      "\(Self.bytes(compactions.bytesRead)) read",
      "\(Self.bytes(compactions.bytesWritten)) written", "\(compactions.runsMax) runs at the most",
      "write amplification \(Self.ratio(writeAmplification))")
    return [commitsLine, logLine, readsLine, flushesLine, compactionsLine]
  }

  private var memoryLines: [String] {
    let memoryLine = Self.line(
      "memory", Self.bytes(memory.budgetBytes),
      "memtables \(Self.bytes(memory.memtableBytes))",
      "indexes and filters \(Self.bytes(memory.tableMetadataBytes))",
      "blocks \(Self.bytes(memory.cachedBlockBytes))",
      "rows \(Self.bytes(memory.cachedRowBytes))")
    let cacheLine = Self.line(
      "block hits", Self.ratio(cache.hitRate), "\(cache.hits) hits, \(cache.misses) misses",
      "\(Self.bytes(cache.bytes)) of \(Self.bytes(cache.capacityBytes))")
    let rowsLine = Self.line(
      "row hits", Self.ratio(rowCache.hitRate),
      "\(rowCache.hits) hits, \(rowCache.misses) misses",
      "\(Self.bytes(rowCache.bytes)) of \(Self.bytes(rowCache.capacityBytes))")
    return [memoryLine, cacheLine, rowsLine]
  }

  private var stateLines: [String] {
    let regionsLine = Self.line(
      "regions", "\(regions.count)", "\(regions.splits) splits, \(regions.merges) merges")
    let snapshotsLine = Self.line(
      "snapshots", "\(snapshots.open)",
      "the oldest for \(snapshots.oldestAge.map(Self.time) ?? "-")",
      "\(snapshots.expired) expired, after \(snapshots.ageMax.map(Self.time) ?? "-")")
    let errorsLine = Self.line(
      "halts", "\(errors.halts)", "\(errors.resumptions) resumptions",
      "\(errors.damage) things damaged", errors.cause.map { "read-only: \($0)" } ?? "writable")
    let scrubLine = Self.line("scrubs", "\(scrub.passes)", Self.bytes(scrub.bytes))
    let recoveryLine = Self.line(
      "recovery", Self.time(recovery.duration), "\(recovery.recordsReplayed) records",
      "\(recovery.bytesDropped) bytes dropped, \(recovery.orphansRemoved) orphans")
    let eventsLine = Self.line("events", "\(events.delivered)", "\(events.dropped) dropped")
    return [regionsLine, snapshotsLine, errorsLine, scrubLine, recoveryLine, eventsLine]
  }

  private func copyLines(_ replication: Replication) -> [String] {
    let copiesLine = Self.line(
      "copies", "\(replication.copiesMade) made", Self.bytes(replication.bytesCopied),
      "\(replication.copiesDamaged) damaged, \(replication.copiesMoved) moved",
      "\(replication.filesWaiting) files wait", "\(Self.bytes(replication.bytesBehind)) behind",
      replication.missing.map { "missing: \($0)" } ?? "nothing missing")
    let volumesLine = Self.line(
      "volumes", "\(replication.volumes.count)",
      "\(replication.volumeFailures) failures, \(replication.volumeRecoveries) recoveries",
      "\(replication.hedgedReads) hedged reads, \(replication.failedReads) failed")
    return [copiesLine, volumesLine]
  }

  private var stallLines: [String] {
    var rows = [["stalls", "count", "total", "longest", "waiting"]]
    for cause in StallCause.allCases {
      let stall = stalls[cause]
      rows.append([
        cause.rawValue, "\(stall.count)", Self.time(stall.total), Self.time(stall.longest),
        "\(stall.waiting)",
      ])
    }
    return Self.aligned(rows)
  }

  private var tableLines: [String] {
    var rows = [["table", "regions", "upper", "bytes", "bottom", "bytes", "read amplification"]]
    for table in tables {
      rows.append([
        table.name, "\(table.regions)", "\(table.upperFiles)", Self.bytes(table.upperBytes),
        "\(table.bottomFiles)", Self.bytes(table.bottomBytes), "\(table.readAmplification)",
      ])
    }
    return Self.aligned(rows)
  }
}

extension Metrics {
  private func volumeLines(_ replication: Replication) -> [String] {
    var rows = [["volume", "in use", "files", "bytes", "free", "read"]]
    for volume in replication.volumes {
      rows.append([
        volume.name, volume.healthy == 1 ? "yes" : "no", "\(volume.files)",
        Self.bytes(volume.bytes), volume.freeBytes.map(Self.bytes) ?? "-",
        Self.time(volume.readLatency),
      ])
    }
    return Self.aligned(rows)
  }
}

// MARK: - Text

extension Metrics {
  /// Rows of a table: the first column begins at the left, the others end at the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      var line = row[0] + String(repeating: " ", count: widths[0] - row[0].count)
      for column in row.indices.dropFirst() {
        let room = widths[column] - row[column].count
        line += "  " + String(repeating: " ", count: room) + row[column]
      }
      return line
    }
  }

  /// A name, its chief figure, and what else there is to say of it.
  private static func line(_ name: String, _ figure: String, _ details: String...) -> String {
    let begin = pad(name, to: 13)
    if details.isEmpty { return begin + figure }
    return begin + pad(figure, to: 11) + details.joined(separator: "; ")
  }

  private static func pad(_ text: String, to width: Int) -> String {
    text.count < width ? text + String(repeating: " ", count: width - text.count) : text + " "
  }

  /// Bytes in the largest binary unit of which there is at least one, with one digit.
  package static func bytes(_ bytes: UInt64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    if bytes < 1024 { return "\(bytes) B" }
    var value = Double(bytes) / 1024
    var unit = 0
    // What would be shown as 1024.0 is one of the next.
    while value >= 1023.95, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return "\(fixed(value, digits: 1)) \(units[unit])"
  }

  /// A duration in the largest unit of which there is at least one, with one digit.
  static func time(_ duration: Duration) -> String {
    let microseconds = duration.microseconds
    if microseconds < 1000 { return "\(microseconds) us" }
    if microseconds < 1_000_000 { return "\(fixed(Double(microseconds) / 1e3, digits: 1)) ms" }
    let seconds = Double(microseconds) / 1e6
    if seconds < 600 { return "\(fixed(seconds, digits: 1)) s" }
    if seconds < 36_000 { return "\(fixed(seconds / 60, digits: 1)) min" }
    return "\(fixed(seconds / 3600, digits: 1)) h"
  }

  private static func ratio(_ ratio: Double?) -> String {
    ratio.map { fixed($0, digits: 2) } ?? "-"
  }

  private static func fixed(_ value: Double, digits: Int) -> String {
    var scale: Double = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = (value * scale).rounded()
    // No figure comes near this; it must only not trap.
    guard scaled < 9e18 else { return value.description }
    let (whole, rest) = UInt64(scaled).quotientAndRemainder(dividingBy: UInt64(scale))
    let text = String(rest)
    return "\(whole)." + String(repeating: "0", count: digits - text.count) + text
  }
}
