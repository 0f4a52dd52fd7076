// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A thread of the store's own, for work that blocks.
package final class WorkerThread: Sendable {
  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private let thread: Mutex<pthread_t?>

  /// Starts a thread that runs `body` and ends.
  ///
  /// A detached thread is not waited for.
  package init(name: String, isDetached: Bool = false, _ body: @escaping @Sendable () -> Void) {
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    #if canImport(Darwin)
      var handle: pthread_t?
    #else
      var handle = pthread_t()
    #endif
    let status = unsafe pthread_create(
      &handle, nil,
      { argument in
        #if !canImport(Darwin)
          guard let argument = unsafe argument else { return nil }
        #endif
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.body()
        return nil
      }, unsafe start.toOpaque())
    precondition(status == 0, "the system would not start a thread")
    if isDetached {
      #if canImport(Darwin)
        if let handle { pthread_detach(handle) }
      #else
        pthread_detach(handle)
      #endif
    }
    thread = Mutex(isDetached ? nil : handle)
  }

  /// Waits until the thread has ended; harmless when it has been waited for.
  package func join() {
    let handle = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if let handle { pthread_join(handle, nil) }
  }
}
