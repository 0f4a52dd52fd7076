// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// The one thread of a client: it connects, sends, receives and keeps deadlines, and waits for nothing but all of them together.
struct ClientThread {
  enum Phase {
    case idle
    case connecting(LoopbackSocket)
    /// Both sides send their greetings.
    case greeting(LoopbackSocket)
    case ready(LoopbackSocket)
  }

  let loop: ClientLoop
  let port: UInt16
  var phase = Phase.idle

  /// How often it has been connected.
  var connection: UInt64 = 0

  /// Until when it must be connected, in nanoseconds of the monotonic clock.
  var connectionDeadline: UInt64 = 0
  var reader = FrameReader()

  /// Calls of which nothing has been sent, in their order.
  var unsent: [ClientCall] = []

  /// What is being sent, and how much of it has been; the call is nil for a greeting, and for one that nobody waits for any more.
  var sending: (frame: [UInt8], offset: Int, call: ClientCall?)?

  /// Calls that wait for their answers.
  var sent: [UInt64: ClientCall] = [:]

  private let deadline: UInt64
  private let wakeUp: Int32
  private var lastSweep: UInt64 = 0
  private var poll = SocketPoll()

  init(loop: ClientLoop, port: UInt16, deadline: Duration, wakeUp: Int32) {
    self.loop = loop
    self.port = port
    self.deadline = deadline.nanosecondsFromNow
    self.wakeUp = wakeUp
  }

  /// How often, in milliseconds, deadlines are looked at.
  private static let tick: Int32 = 10

  mutating func run() {
    while true {
      let (calls, isClosed) = loop.take()
      unsent.append(contentsOf: calls)
      if isClosed { return end() }
      refuseStale()
      if case .idle = phase, !unsent.isEmpty { connect() }
      send()
      let readiness = wait()
      goOn(readiness)
      sweep()
    }
  }

  var socket: LoopbackSocket? {
    switch phase {
    case .idle: nil
    case .connecting(let socket), .greeting(let socket), .ready(let socket): socket
    }
  }

  private mutating func wait() -> SocketPoll.Readiness? {
    poll.removeAll()
    _ = poll.add(wakeUp, reading: true, writing: false)
    var place: Int?
    if let socket {
      var isWriting = sending != nil
      if case .connecting = phase { isWriting = true }
      place = poll.add(socket.descriptor, reading: true, writing: isWriting)
    }
    let isReady = if case .ready = phase { true } else { false }
    let isWaited = !unsent.isEmpty || !sent.isEmpty || sending != nil || (!isReady && place != nil)
    poll.wait(timeout: isWaited ? Self.tick : nil)
    return place.map { poll[$0] }
  }

  /// Ends calls whose deadline has passed.
  private mutating func sweep() {
    let now = Platform.monotonicNanoseconds()
    if now < lastSweep + UInt64(Self.tick) * 1_000_000 { return }
    lastSweep = now
    let why = "no answer came in time"
    for call in unsent where call.deadline <= now {
      loop.finish(
        call, .failure(call.failure(wasSent: false, "the call could not be sent in time"))
      )
    }
    unsent.removeAll { $0.deadline <= now }
    if let call = sending?.call, call.deadline <= now {
      // Its beginning is on its way, and the rest must follow.
      loop.finish(call, .failure(call.failure(wasSent: true, why)))
      sending?.call = nil
    }
    for call in sent.values where call.deadline <= now {
      loop.finish(call, .failure(call.failure(wasSent: true, why)))
      sent[call.number] = nil
    }
    let isConnecting = if case .ready = phase { false } else { socket != nil }
    if isConnecting, connectionDeadline <= now {
      lose("the store's server does not greet", isFinal: true)
    }
  }

  /// Begins to connect; fails the calls that wait when that cannot be.
  private mutating func connect() {
    do throws(StoreError) {
      phase = .connecting(try LoopbackSocket.connecting(to: port))
      connectionDeadline = Platform.monotonicNanoseconds() + deadline
    } catch {
      failUnsent(error)
    }
  }

  private mutating func end() {
    socket?.close()
    phase = .idle
    for call in sent.values {
      let why = "the client was closed"
      let failure = call.isChange ? call.failure(wasSent: true, why) : .storeClosed
      loop.finish(call, .failure(failure))
    }
    if let call = sending?.call { loop.finish(call, .failure(.storeClosed)) }
    failUnsent(.storeClosed)
  }
}
