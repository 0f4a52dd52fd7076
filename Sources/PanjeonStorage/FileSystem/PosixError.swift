// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How often an interrupted system call is made again before that counts as an error.
let interruptedCallsMax = 1000

/// The error of the system call that has just failed.
func systemError(_ what: String, _ path: String, offset: UInt64? = nil) -> StoreError {
  let number = errno
  let reason = unsafe String(cString: strerror(number))
  let code: StoreError.Code = number == ENOSPC || number == EDQUOT ? .noSpace : .io
  return StoreError(code, "cannot \(what): \(reason)", file: path, offset: offset)
}

/// Makes a system call again while it is interrupted.
func retryingInterrupts(_ call: () -> Int) -> Int {
  for _ in 0..<interruptedCallsMax {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
  return -1
}
