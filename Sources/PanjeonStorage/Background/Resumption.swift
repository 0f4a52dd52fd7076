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
      try removeOrphans()
      let number = environment.versions.fileNumbers.next()
      try flush.run(isLogNeeded: false, minLogNumber: number)
      try segments.beginAnew(number)
      pipeline.begin(logNumber: number)
    }
    halt.lift()
  }

  /// If only the background failed, the log's thread finishes what is in order, and then sleeps; else it sleeps already.
  private func letLogFinish() {
    let last = pipeline.monitor.withLock { $0.lastSequence }
    do throws(StoreError) {
      try pipeline.syncLog(through: last)
    } catch {
      environment.configuration.logger.debug(
        "the log is begun anew", metadata: ["error": "\(error)"])
    }
  }

  /// Removes the SSTables that failed work left behind: they take the space that was lacking.
  ///
  /// Only now, when no MANIFEST in force can name them: the one that failed may have.
  private func removeOrphans() throws(StoreError) {
    let known = environment.versions.state.fileNumbers
    let fileSystem = environment.configuration.fileSystem
    for name in try fileSystem.list(environment.directory) {
      if case .table(let number)? = FileNames(name), !known.contains(number) {
        try fileSystem.remove(environment.directory + "/" + name)
      }
    }
  }
}
