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
  package let fileNumbers: AtomicNumber

  package init(manifest: Manifest, state: VersionState, fileNumbers: AtomicNumber) {
    guarded = Mutex(Guarded(manifest: manifest, state: state))
    self.fileNumbers = fileNumbers
  }

  /// The present state.
  package var state: VersionState {
    guarded.withLock { $0.state }
  }

  /// Reads the present state together with what follows it, such as the views that readers have.
  package func withState<R: Sendable>(_ body: (VersionState) -> R) -> R {
    guarded.withLock { body($0.state) }
  }

  /// Makes an edit durable, then true.
  ///
  /// - Parameters:
  ///   - make: Builds the edit from the present state; may throw to leave everything as it is.
  ///   - follow: Changes what follows the state, before anybody sees the state without it.
  /// - Returns: The files that no region names any more.
  /// - Throws: What `make` throws; `io` and `noSpace` of the MANIFEST, and `readOnly` ever after; `corruption` when the
  ///   edit contradicts the state.
  @discardableResult
  package func apply(
    _ make: (VersionState) throws(StoreError) -> VersionEdit, follow: () -> Void = {}
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
          throw error
        }
        guarded.state = next
        follow()
        return next.unnamedFiles
      }
    }
    return try result.get()
  }

  /// Whether an edit could not be written.
  package var hasFailed: Bool { guarded.withLock { $0.failure != nil } }

  /// Ends the MANIFEST.
  package func close() throws(StoreError) {
    let result = guarded.withLock { guarded in
      Result { () throws(StoreError) in try guarded.manifest.close() }
    }
    try result.get()
  }
}
