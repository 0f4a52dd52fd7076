// SPDX-License-Identifier: Apache-2.0

internal import CPanjeonProcessor

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A value behind a lock that threads can wait on until it is as they need it.
///
/// A `pthread` mutex and condition variable: Swift's `Mutex` cannot be waited with. Waiting blocks the thread, so
/// only the store's own threads wait.
@safe package final class Monitor<State: Sendable>: @unchecked Sendable {
  // Unchecked: `state` is touched only while `mutex` is held.
  private var state: State
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  package init(_ state: State) {
    self.state = state
    unsafe mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    unsafe condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Calls `body` with the state, under the lock.
  package func withLock<R>(_ body: (inout State) -> R) -> R {
    if unsafe pthread_mutex_trylock(mutex) != 0 { lockContended() }
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body(&state)
  }

  /// How often the lock is tried, and how long it is left alone in between: about 8 µs together, where a pause takes 25 ns.
  private static var triesMax: Int { 40 }
  private static var pausesBetweenTries: Int { 8 }

  /// Takes a lock that somebody else has: it is held for a few microseconds mostly, and to be put to sleep and woken takes many times as long.
  @inline(never)
  private func lockContended() {
    for _ in 0..<Self.triesMax {
      for _ in 0..<Self.pausesBetweenTries { panjeon_pause() }
      if unsafe pthread_mutex_trylock(mutex) == 0 { return }
    }
    unsafe pthread_mutex_lock(mutex)
  }

  /// Waits, asking `body` under the lock first and after every notification, until it gives a value.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait at the most; nil for ever.
  ///   - body: Looks at the state, and may change it.
  /// - Returns: What `body` gave, or nil when time ran out.
  @discardableResult
  package func wait<R>(timeout: Duration?, _ body: (inout State) -> R?) -> R? {
    var deadline = timespec()
    if let timeout { deadline = Self.deadline(after: timeout) }
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) { return result }
      if timeout == nil {
        unsafe pthread_cond_wait(condition, mutex)
      } else if unsafe pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
        return body(&state)
      }
    }
  }

  /// Wakes every thread that waits.
  package func notifyAll() {
    unsafe pthread_cond_broadcast(condition)
  }

  private static func deadline(after timeout: Duration) -> timespec {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let (seconds, attoseconds) = timeout.components
    let nanoseconds = Int(now.tv_nsec) + Int(attoseconds / 1_000_000_000)
    return timespec(
      tv_sec: now.tv_sec + Int(seconds) + nanoseconds / 1_000_000_000,
      tv_nsec: nanoseconds % 1_000_000_000)
  }
}
