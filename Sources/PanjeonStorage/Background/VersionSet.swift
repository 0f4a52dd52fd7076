// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

/// The MANIFEST and the state it describes, changed by one thread at a time.
///
/// The one lock that is held across I/O: only threads of the store's own wait for it.
package final class VersionSet: Sendable {
  private struct Guarded: Sendable {
    var manifest: Manifest
    var state: VersionState
    /// What kept an edit from being written: what reached the disk is then unknown, and no more may follow.
    var failure: StoreError?
  }

  private let guarded: Mutex<Guarded>
  private let onFailure: @Sendable (StoreError) -> Void
  package let fileNumbers: AtomicNumber

  /// Creates a set.
  ///
  /// - Parameters:
  ///   - manifest: The MANIFEST in force.
  ///   - state: What it describes.
  ///   - fileNumbers: Where the numbers of files come from.
  ///   - onFailure: Called when an edit could not be written, with the lock held.
  package init(
    manifest: Manifest, state: VersionState, fileNumbers: AtomicNumber,
    onFailure: @escaping @Sendable (StoreError) -> Void = { _ in }
  ) {
    guarded = Mutex(Guarded(manifest: manifest, state: state))
    self.fileNumbers = fileNumbers
    self.onFailure = onFailure
  }

  /// The present state.
  package var state: VersionState {
    guarded.withLock { $0.state }
  }

  /// The number of the MANIFEST in force.
  package var manifestNumber: UInt64 {
    guarded.withLock { $0.manifest.number }
  }

  /// Reads the MANIFEST back from the disk while nobody writes it, and holds it against the state.
  ///
  /// Returns what is wrong with copies of it. Throws `corruption`, `io`; not when the MANIFEST has failed and is to be begun anew.
  package func readBack() throws(StoreError) -> [StoreError] {
    let result = guarded.withLock { guarded in
      Result { () throws(StoreError) -> [StoreError] in
        if guarded.failure != nil { return [] }
        return try guarded.manifest.readBack(expecting: guarded.state)
      }
    }
    return try result.get()
  }

  /// Reads the present state together with what follows it, such as the views that readers have.
  package func withState<R: Sendable>(_ body: (VersionState) -> R) -> R {
    guarded.withLock { body($0.state) }
  }

  /// Makes an edit durable, then true.
  ///
  /// - Parameters:
  ///   - change: What somebody waits for ("table 't'"): if the MANIFEST fails, it is told that the outcome is unknown.
  ///   - make: Builds the edit from the present state; may throw to leave everything as it is.
  ///   - follow: Changes what follows the state, before anybody sees the state without it.
  /// - Returns: The files that no region names any more.
  /// - Throws: What `make` throws; `io` and `noSpace` of the MANIFEST, or `unknownOutcome` if there is a `change`; `readOnly`
  ///   until ``beginAnew()``; `corruption` when the edit contradicts the state.
  @discardableResult
  package func apply(
    change: String? = nil, _ make: (VersionState) throws(StoreError) -> VersionEdit,
    follow: () -> Void = {}
  ) throws(StoreError) -> [UInt64] {
    let result = guarded.withLock { guarded in
      Result { () throws(StoreError) in
        if let failure = guarded.failure { throw failure }
        var edit = try make(guarded.state)
        edit.nextFileNumber = fileNumbers.value
        var next = guarded.state
        try next.apply(edit)
        do throws(StoreError) {
          try guarded.manifest.append(edit)
        } catch {
          guarded.failure = StoreError(
            .readOnly, "the MANIFEST could not be written", file: error.file, cause: error)
          onFailure(error)
          guard let change else { throw error }
          throw StoreError(
            .unknownOutcome,
            "\(change): the MANIFEST could not be written, so it has not changed, but may have after a crash",
            file: error.file, cause: error)
        }
        guarded.state = next
        follow()
        return next.unnamedFiles
      }
    }
    return try result.get()
  }

  /// After an edit could not be written, begins another MANIFEST with the state that it would have changed.
  ///
  /// The failed edit is in force only if the store crashes before this returns. Throws `io`, `noSpace`.
  package func beginAnew() throws(StoreError) {
    let result = guarded.withLock { guarded in
      Result { () throws(StoreError) in
        guard guarded.failure != nil else { return }
        try guarded.manifest.beginAnew(guarded.state)
        guarded.failure = nil
      }
    }
    try result.get()
  }

  /// Ends the MANIFEST.
  package func close() throws(StoreError) {
    let result = guarded.withLock { guarded in
      Result { () throws(StoreError) in try guarded.manifest.close() }
    }
    try result.get()
  }
}
