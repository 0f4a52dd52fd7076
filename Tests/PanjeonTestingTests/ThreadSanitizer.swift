// SPDX-License-Identifier: Apache-2.0

#if PANJEON_THREAD_SANITIZER
  internal import WideColumn

  typealias Mutex<Value: ~Copyable> = VisibleMutex<Value>
#endif
