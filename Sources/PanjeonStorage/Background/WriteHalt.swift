// SPDX-License-Identifier: Apache-2.0

package import Logging
package import WideColumn

/// Stops a store from taking commits after something could not be written, and lets it take them again.
///
/// The article *Durability* has the states. Lock order: the MANIFEST's lock, the sequencer's lock, the signals' lock.
package struct WriteHalt: Sendable {
  private let pipeline: CommitPipeline
  private let signals: Monitor<BackgroundWork.Signals>
  private let logger: Logger

  package init(
    _ pipeline: CommitPipeline, _ signals: Monitor<BackgroundWork.Signals>, _ logger: Logger
  ) {
    self.pipeline = pipeline
    self.signals = signals
    self.logger = logger
  }

  /// Refuses every later commit and lets no flush, compaction or change of regions begin.
  ///
  /// The first failure stays the cause; those that follow from it are only logged.
  package func halt(_ what: String, because error: StoreError) {
    let failure = StoreError(
      .readOnly,
      "\(what); the store takes no more writes: free space or mend the disk, then call resume() or open it again",
      file: error.file, offset: error.offset, cause: error)
    let isFirst = pipeline.refuse(because: failure)
    signals.withLock { $0.isHalted = true }
    signals.resumeWaiters()
    logger.error(
      isFirst ? "the store takes no more writes" : "a further failure of a halted store",
      metadata: ["what": "\(what)", "error": "\(error)"])
  }

  /// Lets flush, compaction and changes of regions begin again; the pipeline has been begun anew.
  package func lift() {
    signals.withLock { state in
      state.isHalted = false
      state.wantsFlush = true
      state.wantsCompaction = true
      state.wantsRegions = true
    }
    signals.notifyAll()
    logger.notice("the store takes writes again")
  }
}
