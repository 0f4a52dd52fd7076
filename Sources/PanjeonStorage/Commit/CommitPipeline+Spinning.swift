// SPDX-License-Identifier: Apache-2.0

internal import CPanjeonProcessor
internal import WideColumn

/// What a commit does while another task writes the log for it; *Who writes the log* in the page *Durability*.
extension CommitPipeline {
  /// How often a task looks whether its commit is visible before it is suspended: about 3 µs, where a pause takes 25 ns.
  private static let spinsMax = 120

  /// Waits for a moment until a commit is visible, then leaves the continuation with it.
  ///
  /// To be suspended and resumed takes a task longer than a record takes to be written. The idea is that of RocksDB's write threads,
  /// which spin before they block.
  ///
  /// - Parameters:
  ///   - sequence: The commit's last sequence. The commit is in order, without a continuation.
  ///   - continuation: How it is to be answered if it takes longer.
  /// - Returns: What became of it; nil if the continuation will be resumed.
  package func spin(for sequence: UInt64, _ continuation: CommitContinuation) -> SequencerAnswer? {
    for _ in 0..<Self.spinsMax {
      if visible.value >= sequence { return .committed }
      panjeon_pause()
    }
    return unsafe suspend(continuation, until: sequence)
  }

  /// Leaves the continuation with a commit that is waiting in order; what became of it if it is not any more.
  package func suspend(
    _ continuation: CommitContinuation, until sequence: UInt64
  ) -> SequencerAnswer? {
    monitor.withLock { state in
      // From here on nobody else finishes it.
      if visible.value >= sequence { return .committed }
      if unsafe state.leave(continuation, with: sequence) { return nil }
      return .unknownOutcome(state.failure)
    }
  }
}
