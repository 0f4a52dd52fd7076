// SPDX-License-Identifier: Apache-2.0

internal import Logging
package import WideColumn

/// Brings a store back that takes no writes: a new MANIFEST, one flush of everything, a new log.
///
/// The article *Durability* has the protocol, and what a crash between any two of its steps leaves. Run by the one thread
/// that changes regions.
package struct Resumption {
  private let environment: BackgroundEnvironment
  private let pipeline: CommitPipeline
  private let segments: LogSegments
  private let flush: WholeFlush
  private let halt: WriteHalt

  package init(
    _ environment: BackgroundEnvironment, _ pipeline: CommitPipeline, _ segments: LogSegments,
    _ flush: WholeFlush, _ halt: WriteHalt
  ) {
    self.environment = environment
    self.pipeline = pipeline
    self.segments = segments
    self.halt = halt
    self.flush = flush
  }

  /// Resumes the store; does nothing when it takes writes.
  ///
  /// - Throws: `io`, `noSpace`: whatever still cannot be written; the store then is as it was.
  package func run() throws(StoreError) {
    guard pipeline.failure != nil else { return }
    try flush.withGatesClosed { () throws(StoreError) in
      letLogFinish()
      try environment.versions.beginAnew()
      try removeRemains()
      let number = environment.versions.fileNumbers.next()
      try flush.run(isLogNeeded: false, minLogNumber: number)
      try segments.beginAnew(number)
      // First the background, lest a failure of the new log be forgotten.
      halt.lift()
      pipeline.begin(logNumber: number)
    }
  }

  /// If only the background failed, the log's thread finishes what is in order, and then sleeps; else it sleeps already, or will once
  /// it has seen that a sync has failed behind its back.
  private func letLogFinish() {
    let last = pipeline.monitor.withLock { $0.lastSequence }
    do throws(StoreError) {
      try pipeline.syncLog(through: last)
    } catch {
      environment.configuration.logger.debug(
        "the log is begun anew", metadata: ["error": "\(error)"])
    }
    // It may still be at a sync that somebody else asked for; it tells nobody when it goes to sleep.
    while !pipeline.abandonLog() {
      pipeline.monitor.wait(timeout: .milliseconds(1)) { _ -> Void? in nil }
    }
  }

  /// Removes what failed work left behind: it takes the space that was lacking.
  ///
  /// SSTables only now, when no MANIFEST in force can name them: the one that failed may have. Segments that were begun and
  /// never used.
  private func removeRemains() throws(StoreError) {
    let tables = environment.versions.state.fileNumbers
    let logs = segments.knownNumbers
    let manifest = environment.versions.manifestNumber
    let fileSystem = environment.configuration.fileSystem
    for name in try fileSystem.list(environment.directory) {
      let isLeft: Bool
      switch FileNames(name) {
      case .table(let number)?: isLeft = !tables.contains(number)
      case .log(let number)?: isLeft = !logs.contains(number)
      case .manifest(let number)?: isLeft = number != manifest
      default: isLeft = false
      }
      if isLeft { try fileSystem.remove(environment.directory + "/" + name) }
    }
  }
}
