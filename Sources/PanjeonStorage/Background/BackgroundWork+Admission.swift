// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Where commits are held back before they get their place in the order.
extension BackgroundWork {
  /// How long a commit sleeps before it looks again whether the durable copy has caught up.
  private static let backlogStep = Duration.milliseconds(5)

  /// Lets a commit in, later the further flush, compaction and the durable copy of the log have fallen behind.
  ///
  /// The delay grows smoothly with the debt (``WritePressure``, ``WriteBacklog``), so that there is no cliff to fall off; only when
  /// no further memtable may wait does a commit wait for the next flush to end, and at the bound of the durable copy until there is room.
  /// Of two delays the longer counts. A halted store lets everybody in, to be
  /// refused by the sequencer. Throws `unavailable` when the task is cancelled.
  package func admit() async throws(StoreError) {
    if let backlog = environment.backlog, backlog.isFull { try await waitForRoom(backlog) }
    var pressure = gauge.read { self.pressure() }
    if let behind = environment.backlog?.delay, behind > pressure.delay, !pressure.isFull {
      pressure = PressureGauge.Reading(delay: behind, cause: .durableCopyBehind)
    }
    guard let cause = pressure.cause, pressure.delay > .zero else { return }
    let stall = environment.stalls.begin(cause)
    defer { environment.stalls.end(stall) }
    if pressure.isFull { return await waitForFlush() }
    try await sleep(for: pressure.delay, waitingFor: "the flush")
  }

  private func sleep(for delay: Duration, waitingFor what: String) async throws(StoreError) {
    do {
      try await environment.configuration.timeSource.sleep(for: delay)
    } catch {
      throw StoreError(.unavailable, "cancelled while waiting for \(what)", cause: error)
    }
  }

  private func waitForRoom(_ backlog: WriteBacklog) async throws(StoreError) {
    let stall = environment.stalls.begin(.durableCopyBehind)
    defer { environment.stalls.end(stall) }
    while backlog.isFull, signals.withLock({ !$0.isHalted && !$0.isStopping }) {
      try await sleep(for: Self.backlogStep, waitingFor: "the durable copy of the log")
    }
  }

  private func waitForFlush() async {
    unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let waits = signals.withLock { state in
        guard !state.isHalted, !state.isStopping, pressure().isFull else { return false }
        unsafe state.waitingForFlush.append(continuation)
        return true
      }
      if !waits { unsafe continuation.resume() }
    }
  }

  private func pressure() -> PressureGauge.Reading {
    let unflushedMax = environment.configuration.unflushedMemtablesMax
    let counts = environment.fileCounts
    let result = WritePressure().delay(
      upperRuns: counts.runsMax, unflushedMemtables: counts.unflushedMax,
      unflushedMemtablesMax: unflushedMax)
    // Who waits for a flush waits for nothing else, however many files there are.
    let isFull = counts.unflushedMax > unflushedMax
    return PressureGauge.Reading(
      delay: result.delay, cause: isFull ? .memtablesToFlush : result.cause, isFull: isFull)
  }
}
