// SPDX-License-Identifier: Apache-2.0

import Logging
import PanjeonStorage
import Synchronization

/// Keeps the events of a store in the order in which they came.
final class EventRecorder: Sendable {
  private let recorded = Mutex<[StoreEvent]>([])

  func record(_ event: StoreEvent) {
    recorded.withLock { $0.append(event) }
  }

  var events: [StoreEvent] { recorded.withLock { $0 } }

  /// Waits until there is an event of which `body` gives something; nil when there is none for long.
  func wait<T>(_ body: (StoreEvent) -> T?) async throws -> T? {
    for _ in 0..<20_000 {
      if let found = events.lazy.compactMap(body).first { return found }
      try await Task.sleep(for: .milliseconds(1))
    }
    return nil
  }
}

extension StoreEvent {
  /// What kind of event it is, for comparisons of orders.
  var name: String {
    switch self {
    case .flushEnded: "flushEnded"
    case .compactionEnded: "compactionEnded"
    case .regionSplit: "regionSplit"
    case .regionsMerged: "regionsMerged"
    case .stallBegan(let cause): "stallBegan \(cause.rawValue)"
    case .stallEnded(let cause, _): "stallEnded \(cause.rawValue)"
    case .halted: "halted"
    case .resumed: "resumed"
    case .damageFound: "damageFound"
    case .snapshotExpired: "snapshotExpired"
    case .volumeFailed: "volumeFailed"
    case .volumeRecovered: "volumeRecovered"
    case .replicationDegraded: "replicationDegraded"
    case .replicationRestored: "replicationRestored"
    }
  }
}

/// Keeps what is logged, with the metadata of logger and line together.
struct RecordingLogHandler: LogHandler {
  final class Lines: Sendable {
    struct Line: Sendable {
      var level: Logger.Level
      var message: String
      var metadata: Logger.Metadata
    }

    private let recorded = Mutex<[Line]>([])

    func append(_ line: Line) {
      recorded.withLock { $0.append(line) }
    }

    var all: [Line] { recorded.withLock { $0 } }
  }

  let lines: Lines
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel = Logger.Level.trace

  init(_ lines: Lines) {
    self.lines = lines
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    lines.append(
      Lines.Line(
        level: event.level, message: "\(event.message)",
        metadata: metadata.merging(event.metadata ?? [:]) { _, own in own }))
  }
}
