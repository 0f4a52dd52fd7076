// SPDX-License-Identifier: Apache-2.0

package import Logging
package import WideColumn

/// Stops a store from taking commits after something could not be written, and lets it take them again.
///
/// The article *Durability* has the states. Lock order: the MANIFEST's lock, the sequencer's lock, the signals' lock.
package struct WriteHalt: Sendable {
  private let pipeline: CommitPipeline
  private let signals: Monitor<BackgroundWork.Signals>
  private let metrics: BackgroundMetrics
  private let events: EventQueue
  private let logger: Logger

  package init(
    _ pipeline: CommitPipeline, _ signals: Monitor<BackgroundWork.Signals>,
    _ metrics: BackgroundMetrics, _ events: EventQueue, _ logger: Logger
  ) {
    self.pipeline = pipeline
    self.signals = signals
    self.metrics = metrics
    self.events = events
    self.logger = logger
  }

  /// Refuses every later commit and lets no flush, compaction or change of regions begin.
  ///
  /// The first failure stays the cause; those that follow from it are only logged.
  ///
  /// - Parameters:
  ///   - what: What failed, for people.
  ///   - error: Why.
  ///   - resumptions: How often the store had been resumed when the work began that failed; if it has been again since, that
  ///     work's failure is of the past. Nil: it has failed just now.
  package func halt(_ what: String, because error: StoreError, after resumptions: Int? = nil) {
    if let resumptions, signals.withLock({ $0.resumptions != resumptions }) {
      return logger.error(
        "work failed that began before the store was resumed",
        metadata: ["what": "\(what)", "error": "\(error)"])
    }
    let failure = Self.failure(what, error)
    let isFirst = pipeline.refuse(because: failure)
    stopBackground()
    if isFirst { return note(what, error) }
    logger.error(
      "a further failure of a halted store",
      metadata: ["what": "\(what)", "error": "\(error)"])
  }

  /// Counts a halt, and says so.
  private func note(_ what: String, _ error: StoreError) {
    metrics.halts.add(1)
    events.post(.halted(what: what, cause: error))
  }

  /// What refused commits are told.
  static func failure(_ what: String, _ error: StoreError) -> StoreError {
    StoreError(
      .readOnly,
      "\(what); the store takes no more writes: free space or mend the disk, then call resume() or open it again",
      file: error.file, offset: error.offset, cause: error)
  }

  /// Lets no flush, compaction or change of regions begin; further commits are refused already.
  func stopBackground() {
    signals.withLock { $0.isHalted = true }
    signals.resumeWaiters()
  }

  /// What halts the store when the log fails.
  static let failureOfLog = "the log could not be written"

  /// Says that the log has failed; `isFirst` when nothing had halted the store before.
  func noteFailureOfLog(_ error: StoreError, isFirst: Bool) {
    if isFirst { return note(Self.failureOfLog, error) }
    logger.error(
      "a further failure of a halted store",
      metadata: ["what": "\(Self.failureOfLog)", "error": "\(error)"])
  }

  /// Lets flush, compaction and changes of regions begin again, once the gates are opened; the pipeline is begun anew next.
  package func lift() {
    signals.withLock { state in
      state.isHalted = false
      state.resumptions += 1
    }
    metrics.resumptions.add(1)
    events.post(.resumed)
  }
}
