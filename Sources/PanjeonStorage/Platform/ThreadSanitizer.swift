// SPDX-License-Identifier: Apache-2.0

#if PANJEON_THREAD_SANITIZER
  internal import WideColumn

  typealias Mutex<Value: ~Copyable> = VisibleMutex<Value>
#endif

extension Monitor {
  /// Shows the thread sanitizer an order that a continuation makes, and that it cannot see; does nothing without it.
  @inline(always)
  func fence() {
    #if PANJEON_THREAD_SANITIZER
      withLock { _ in }
    #endif
  }
}
