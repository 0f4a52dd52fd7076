// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Writes the child's frames to the pipe, from a thread of its own.
///
/// A frame is queued after the commit it tells of has returned; so the parent may learn of fewer messages than were
/// acknowledged, never of more.
final class DemoReporter: Sendable {
  private struct Queue: Sendable {
    var bytes: [UInt8] = []
    var isEnding = false
  }

  private let queue = Monitor(Queue())
  private let thread: WorkerThread

  init(descriptor: Int32) {
    let queue = queue
    thread = WorkerThread(name: "demo-report") {
      while let bytes = Self.take(queue) { Self.write(bytes, to: descriptor) }
    }
  }

  func report(_ frame: DemoReportFrame) {
    let wasEmpty = queue.withLock { queue in
      defer { DemoWire.append(frame, to: &queue.bytes) }
      return queue.bytes.isEmpty
    }
    if wasEmpty { queue.notifyAll() }
  }

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

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe writeBytes(descriptor, $0) }
      if count < 0, errno != EINTR { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}

/// Calls `write`, whose name the method above hides.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}
