// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import Synchronization
internal import WideColumn

/// Who carries out what comes by the connections of a server; called by the server's thread, which must not be kept.
protocol FrameHandler: Sendable {
  /// The payload that every connection begins with.
  var greeting: [UInt8] { get }

  /// A connection has greeted.
  func opened(connection: UInt64)

  /// A request has come; is answered once by ``ServerLoop/answer(_:to:)``.
  func received(_ payload: [UInt8], by connection: UInt64)

  /// A connection is gone; it was opened before.
  func closed(connection: UInt64)

  /// The thread has closed everything and ends.
  func ended()
}

/// What a server's thread and the tasks that answer share; all sockets are the thread's (``ServerThread``).
final class ServerLoop: Sendable {
  /// What goes to and comes from one connection.
  struct Traffic {
    /// Frames that the thread has not taken yet.
    var outgoing: [[UInt8]] = []
    /// How many requests are being carried out.
    var requestCount = 0
    var isDropped = false
  }

  private struct State {
    var traffic: [UInt64: Traffic] = [:]
    var isStopping = false
    var isWoken = false
  }

  private let state = Mutex(State())
  private let pipe: WakePipe
  private let listener: LoopbackSocket

  /// Where it listens.
  let port: UInt16

  /// Listens, and does nothing more until it is started; throws `io`.
  init(port: UInt16) throws(StoreError) {
    pipe = try WakePipe()
    listener = try LoopbackSocket.listening(on: port)
    self.port = listener.port
  }

  /// Starts the thread.
  func start(_ handler: some FrameHandler, _ options: StoreServerOptions) {
    _ = WorkerThread(name: "store-server", isDetached: true) {
      var thread = ServerThread(
        loop: self, handler: handler, options: options, listener: self.listener,
        wakeUp: self.pipe.reading)
      thread.run()
      handler.ended()
    }
  }

  /// Has the thread close everything and end.
  func stop() {
    change { $0.isStopping = true }
  }

  /// Answers a request.
  ///
  /// - Parameters:
  ///   - frame: The answer; nil: there is none.
  ///   - connection: Where the request came from; may be gone.
  func answer(_ frame: [UInt8]?, to connection: UInt64) {
    change { state in
      if let frame { state.traffic[connection]?.outgoing.append(frame) }
      state.traffic[connection]?.requestCount -= 1
    }
  }

  /// Closes a connection; a request of it that goes unanswered need not be counted any more.
  func drop(_ connection: UInt64) {
    change { $0.traffic[connection]?.isDropped = true }
  }

  private func change(_ body: (inout State) -> Void) {
    let isAsleep = state.withLock { state in
      body(&state)
      defer { state.isWoken = true }
      return !state.isWoken
    }
    if isAsleep { pipe.wake() }
  }
}

/// For the thread.
extension ServerLoop {
  func open(_ connection: UInt64) {
    state.withLock { $0.traffic[connection] = Traffic() }
  }

  func close(_ connection: UInt64) {
    state.withLock { $0.traffic[connection] = nil }
  }

  func countRequest(of connection: UInt64) {
    state.withLock { $0.traffic[connection]?.requestCount += 1 }
  }

  /// What there is of a connection; its frames are taken.
  func takeTraffic(of connection: UInt64) -> Traffic {
    state.withLock { state in
      let traffic = state.traffic[connection] ?? Traffic()
      if !traffic.outgoing.isEmpty { state.traffic[connection]?.outgoing = [] }
      return traffic
    }
  }

  /// Takes note of having been woken; says whether to end.
  func noteWakeUp() -> Bool {
    pipe.drain()
    return state.withLock { state in
      state.isWoken = false
      return state.isStopping
    }
  }
}
