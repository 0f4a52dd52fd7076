// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import WideColumn

extension StoreEvent {
  /// A commit that is held back for this long is worth a warning.
  private static let longStall = Duration.seconds(1)

  /// How serious it is.
  var logLevel: Logger.Level {
    switch self {
    case .flushEnded, .compactionEnded, .regionSplit, .regionsMerged: .debug
    case .stallBegan: .debug
    case .stallEnded(_, let stall): stall.longest >= Self.longStall ? .warning : .debug
    case .snapshotExpired, .replicationDegraded: .warning
    case .resumed, .volumeRecovered, .replicationRestored: .notice
    case .halted, .damageFound, .volumeFailed: .error
    }
  }

  /// What happened, without figures.
  var logMessage: Logger.Message {
    switch self {
    case .flushEnded: "a memtable was flushed"
    case .compactionEnded: "SSTables were compacted"
    case .regionSplit: "a region was split"
    case .regionsMerged: "regions were merged"
    case .stallBegan: "commits are held back"
    case .stallEnded: "commits are held back no more"
    case .halted: "the store takes no more writes"
    case .resumed: "the store takes writes again"
    case .damageFound: "damage was found; what it concerns is not compacted"
    case .snapshotExpired: "a snapshot was too old; reads at it fail from now on"
    case .volumeFailed: "a volume has failed; the store goes on without it"
    case .volumeRecovered: "a volume is used again"
    case .replicationDegraded: "files have fewer copies than the placement policy asks for"
    case .replicationRestored: "all files have their copies again"
    }
  }

  /// The figures.
  var logMetadata: Logger.Metadata {
    switch self {
    case .flushEnded(let flush):
      [
        "table": "\(flush.table)", "region": "\(flush.region)", "bytes": "\(flush.bytes)",
        "duration": "\(flush.duration)",
      ]
    case .compactionEnded(let compaction):
      [
        "table": "\(compaction.table)", "region": "\(compaction.region)",
        "inputFiles": "\(compaction.inputFiles)", "outputFiles": "\(compaction.outputFiles)",
        "bytesRead": "\(compaction.bytesRead)", "bytesWritten": "\(compaction.bytesWritten)",
        "isIntoBottom": "\(compaction.isIntoBottom)", "duration": "\(compaction.duration)",
      ]
    case .regionSplit(let change), .regionsMerged(let change):
      [
        "table": "\(change.table)", "old": "\(change.old)", "new": "\(change.new)",
        "cause": "\(change.cause)",
      ]
    case .stallBegan(let cause): ["cause": "\(cause.rawValue)"]
    case .stallEnded(let cause, let stall):
      [
        "cause": "\(cause.rawValue)", "commits": "\(stall.commits)", "total": "\(stall.total)",
        "longest": "\(stall.longest)",
      ]
    case .halted(let what, let cause): ["what": "\(what)", "error": "\(cause)"]
    case .resumed: [:]
    case .damageFound(let finding):
      [
        "finding": "\(finding)", "file": "\(finding.file)",
        "table": "\(finding.table ?? "unknown")",
      ]
    case .snapshotExpired(let sequence, let age):
      ["sequence": "\(sequence)", "age": "\(age)"]
    case .volumeFailed(let name, let cause): ["volume": "\(name)", "error": "\(cause)"]
    case .volumeRecovered(let name): ["volume": "\(name)"]
    case .replicationDegraded(let missing): ["missing": "\(missing.joined(separator: "; "))"]
    case .replicationRestored: [:]
    }
  }
}
