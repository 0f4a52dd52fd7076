// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Writes messages to the pipe, from a thread of its own; without anybody who reads them the process ends.
final class ChildReporter: Sendable {
  private struct Queue: Sendable {
    var bytes: [UInt8] = []
    var isEnding = false
  }

  private let queue = Monitor(Queue())
  private let thread: WorkerThread

  init(descriptor: Int32) {
    let queue = queue
    thread = WorkerThread(name: "check-report") {
      while let bytes = Self.take(queue) {
        // Nobody listens any more, so nobody will kill this process or read its history.
        if (try? HistoryFile.write(bytes, to: descriptor, "pipe")) == nil { _exit(EXIT_FAILURE) }
      }
    }
  }

  func report(_ message: ChildMessage) {
    let wasEmpty = queue.withLock { queue in
      defer { queue.bytes.append(message.rawValue) }
      return queue.bytes.isEmpty
    }
    if wasEmpty { queue.notifyAll() }
  }

  /// Returns once everything has been written.
  func end() {
    queue.withLock { $0.isEnding = true }
    queue.notifyAll()
    thread.join()
  }

  private static func take(_ queue: Monitor<Queue>) -> [UInt8]? {
    let taken = queue.wait(timeout: nil) { queue -> [UInt8]?? in
      if !queue.bytes.isEmpty {
        defer { queue.bytes = [] }
        return .some(queue.bytes)
      }
      return queue.isEnding ? .some(nil) : nil
    }
    return taken ?? nil
  }
}
