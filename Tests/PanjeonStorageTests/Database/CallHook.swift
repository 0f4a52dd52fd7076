// SPDX-License-Identifier: Apache-2.0

import PanjeonTesting
import Synchronization

/// Does something once, just before a call of an ``InMemoryFileSystem`` is carried out.
///
/// No lock is held meanwhile: other threads may use the file system, and what is done may wait for them.
final class CallHook: Sendable {
  private struct Waiting: Sendable {
    var matches: @Sendable (FileSystemCall) -> Bool
    var body: @Sendable () -> Void
  }

  private let waiting = Mutex<Waiting?>(nil)

  /// Whether there is nothing that still waits for its call.
  var isDone: Bool { waiting.withLock { $0 == nil } }

  /// Does `body` before the next call that matches.
  func beforeNext(
    _ matches: @escaping @Sendable (FileSystemCall) -> Bool,
    _ body: @escaping @Sendable () -> Void
  ) {
    waiting.withLock { $0 = Waiting(matches: matches, body: body) }
  }

  /// For the file system.
  func observe(_ call: FileSystemCall) {
    let found = waiting.withLock { waiting -> Waiting? in
      guard let next = waiting, next.matches(call) else { return nil }
      waiting = nil
      return next
    }
    found?.body()
  }
}
