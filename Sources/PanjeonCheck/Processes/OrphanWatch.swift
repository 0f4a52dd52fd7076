// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Ends this process when the one that has started it is gone.
enum OrphanWatch {
  /// Begins to watch standard input, which nobody writes to: it ends with the other process.
  static func begin() {
    _ = WorkerThread(name: "check-orphan", isDetached: true) {
      var byte: UInt8 = 0
      while true {
        let count = unsafe read(STDIN_FILENO, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { _exit(EXIT_FAILURE) }
      }
    }
  }
}
