// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import Testing
import WideColumn

/// For tests that do something between two steps of a thread of the store's own.
enum Blocking {
  /// Runs a task to its end while this thread, one of the store's own, waits.
  static func wait(_ body: @escaping @Sendable () async throws -> Void) {
    let done = Monitor(false)
    Task {
      do { try await body() } catch { Issue.record("meanwhile: \(error)") }
      done.withLock { $0 = true }
      done.notifyAll()
    }
    done.wait(timeout: nil) { $0 ? () : nil }
  }
}

/// The error that a body throws; nil when it throws none.
func errorOf(_ body: () async throws -> Void) async -> StoreError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? StoreError ?? StoreError(.invalidArgument, "no StoreError: \(error)")
  }
}
