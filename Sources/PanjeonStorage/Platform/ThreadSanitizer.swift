// SPDX-License-Identifier: Apache-2.0

#if PANJEON_THREAD_SANITIZER
  internal import WideColumn

  typealias Mutex<Value: ~Copyable> = VisibleMutex<Value>
#endif

/// Shows the thread sanitizer an order that a continuation makes, and that it cannot see, as the runtime is not
/// instrumented; does nothing without it.
///
/// Called before a continuation is resumed by one of the store's threads, and by the task that it wakes.
package enum HandOver {
  #if PANJEON_THREAD_SANITIZER
    private static let monitor = Monitor(0)
  #endif

  @inline(always)
  package static func fence() {
    #if PANJEON_THREAD_SANITIZER
      monitor.withLock { _ in }
    #endif
  }
}
