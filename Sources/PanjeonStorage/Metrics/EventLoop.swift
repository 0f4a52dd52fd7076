// SPDX-License-Identifier: Apache-2.0

internal import Logging

/// What the thread does that logs and delivers events, and that sees what only time brings about: stalls that are over,
/// snapshots that have grown too old.
package struct EventLoop: Sendable {
  /// How often it looks at the clock while it has a reason to.
  private static let interval = Duration.seconds(1)

  private let events: EventQueue
  private let stalls: StallMeter
  private let snapshots: SnapshotRegistry
  private let configuration: StoreConfiguration

  package init(
    _ events: EventQueue, _ stalls: StallMeter, _ snapshots: SnapshotRegistry,
    _ configuration: StoreConfiguration
  ) {
    self.events = events
    self.stalls = stalls
    self.snapshots = snapshots
    self.configuration = configuration
  }

  /// Runs until the queue is stopped and empty.
  package func run() {
    while let waiting = events.next(timeout: needsClock ? Self.interval : nil) {
      for event in waiting { deliver(event) }
      events.countDelivered(waiting.count)
      if needsClock { lookAtClock() }
    }
  }

  private var needsClock: Bool { configuration.snapshotAgeMax != nil || stalls.hasEpisodes }

  private func deliver(_ event: StoreEvent) {
    configuration.logger.log(
      level: event.logLevel, event.logMessage, metadata: event.logMetadata)
    configuration.onEvent?(event)
  }

  private func lookAtClock() {
    stalls.endEpisodes()
    guard let ageMax = configuration.snapshotAgeMax else { return }
    for expired in snapshots.expire(olderThan: ageMax) {
      events.post(.snapshotExpired(sequence: expired.sequence, age: expired.age))
    }
  }
}
