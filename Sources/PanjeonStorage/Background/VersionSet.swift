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
  /// - Throws: What `make` throws; `io` and `noSpace` of the MANIFEST; `corruption` when the edit contradicts
  ///   the state.
  package func apply(
    _ make: (VersionState) throws(StoreError) -> VersionEdit, follow: () -> Void = {}
  ) throws(StoreError) {
    let result = guarded.withLock { guarded -> Result<Void, StoreError> in
      do throws(StoreError) {
        var edit = try make(guarded.state)
        edit.nextFileNumber = fileNumbers.value
        var next = guarded.state
        try next.apply(edit)
        try guarded.manifest.append(edit)
        guarded.state = next
        follow()
        return .success(())
      } catch {
        return .failure(error)
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
