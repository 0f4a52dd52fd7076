// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage

/// One connection of a server, as its thread has it.
struct ServerConnection {
  let number: UInt64
  let socket: LoopbackSocket

  /// When it must have greeted, in nanoseconds of the monotonic clock.
  let greetingDeadline: UInt64

  var hasGreeted = false
  var reader = FrameReader()

  /// How many of its requests are being carried out; what the thread last knew.
  var requestCount = 0

  private var frames: [[UInt8]] = []
  private var first = 0
  private var offset = 0

  /// How many bytes wait to be sent.
  private(set) var waitingBytes = 0

  init(number: UInt64, socket: LoopbackSocket, greetingDeadline: UInt64) {
    self.number = number
    self.socket = socket
    self.greetingDeadline = greetingDeadline
  }

  /// Whether another of its requests may be begun.
  func hasRoom(_ options: StoreServerOptions) -> Bool {
    requestCount < options.requestsMax && waitingBytes < options.waitingBytesMax
  }

  /// Has frames sent behind those that wait.
  mutating func append(_ others: [[UInt8]]) {
    if others.isEmpty { return }
    waitingBytes += others.reduce(0) { $0 + $1.count }
    frames.append(contentsOf: others)
  }

  /// Sends as much as the operating system takes; false when the connection is gone.
  mutating func send() -> Bool {
    while first < frames.count {
      switch socket.send(frames[first], from: offset) {
      case .notYet:
        compact()
        return true
      case .lost: return false
      case .done(let sent):
        offset += sent
        waitingBytes -= sent
        if offset == frames[first].count {
          frames[first] = []
          first += 1
          offset = 0
        }
      }
    }
    compact()
    return true
  }

  private mutating func compact() {
    frames.removeFirst(first)
    first = 0
  }
}
