// SPDX-License-Identifier: Apache-2.0

#if PANJEON_THREAD_SANITIZER
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #elseif canImport(Darwin)
    internal import Darwin
  #endif

  /// What takes the place of `Synchronization.Mutex` when the thread sanitizer looks on.
  ///
  /// On Linux that one waits by bare system calls, of which the sanitizer knows nothing, so that it would take everything
  /// behind a lock for a race. This one is a `pthread` mutex. `.ci/check-sanitizers` builds with it.
  @safe package final class VisibleMutex<Value: ~Copyable>: @unchecked Sendable {
    // Unchecked: `value` is touched only while `mutex` is held.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init(_ value: consuming sending Value) {
      self.value = value
      unsafe mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
      unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
      unsafe pthread_mutex_destroy(mutex)
      unsafe mutex.deallocate()
    }

    package func withLock<R: ~Copyable, E: Error>(
      _ body: (inout sending Value) throws(E) -> sending R
    ) throws(E) -> sending R {
      unsafe pthread_mutex_lock(mutex)
      defer { unsafe pthread_mutex_unlock(mutex) }
      return try body(&value)
    }
  }
#endif
