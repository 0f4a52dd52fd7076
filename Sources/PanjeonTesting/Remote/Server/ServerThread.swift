// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage

/// The one thread of a server: it accepts, receives, cuts into requests and sends, and never waits for a single client.
struct ServerThread<Handler: FrameHandler> {
  private let loop: ServerLoop
  private let handler: Handler
  private let options: StoreServerOptions
  private let listener: LoopbackSocket
  private let wakeUp: Int32
  private var connections: [UInt64: ServerConnection] = [:]
  private var lastNumber: UInt64 = 0
  private var poll = SocketPoll()

  /// Whether the last connection could not be accepted: the process may have too many files open.
  private var isShort = false

  init(
    loop: ServerLoop, handler: Handler, options: StoreServerOptions, listener: LoopbackSocket,
    wakeUp: Int32
  ) {
    self.loop = loop
    self.handler = handler
    self.options = options
    self.listener = listener
    self.wakeUp = wakeUp
  }

  /// How often, in milliseconds, it is looked whether connections have greeted and whether there is room again.
  private static var tick: Int32 { 100 }

  /// Serves until it is told to end; then all sockets are closed.
  mutating func run() {
    while true {
      poll.removeAll()
      let wake = poll.add(wakeUp, reading: true, writing: false)
      let listening = poll.add(listener.descriptor, reading: !isShort, writing: false)
      var places: [(connection: UInt64, place: Int)] = []
      for (number, connection) in connections {
        let isReading = !connection.reader.hasFrame && connection.hasRoom(options)
        let place = poll.add(
          connection.socket.descriptor, reading: isReading, writing: connection.waitingBytes > 0)
        places.append((number, place))
      }
      let isWatching = isShort || connections.values.contains { !$0.hasGreeted }
      poll.wait(timeout: isWatching ? Self.tick : nil)
      isShort = false
      if poll[wake].canRead, loop.noteWakeUp() { break }
      if poll[listening].canRead { accept() }
      for (number, place) in places { goOn(number, poll[place]) }
    }
    for number in Array(connections.keys) { close(number) }
    listener.close()
  }

  /// Accepts one connection; whoever waits besides is seen at once again.
  private mutating func accept() {
    switch listener.accept() {
    case .notYet: return
    case .lost: isShort = true
    case .done(let socket):
      if connections.count >= options.connectionsMax { return }
      lastNumber += 1
      let deadline = Platform.monotonicNanoseconds() + options.greetingMax.nanosecondsFromNow
      connections[lastNumber] = ServerConnection(
        number: lastNumber, socket: socket, greetingDeadline: deadline)
      loop.open(lastNumber)
    }
  }

  private mutating func close(_ number: UInt64) {
    guard let connection = connections.removeValue(forKey: number) else { return }
    loop.close(number)
    connection.socket.close()
    if connection.hasGreeted { handler.closed(connection: number) }
  }

  /// Does with a connection whatever can be done without waiting.
  private mutating func goOn(_ number: UInt64, _ readiness: SocketPoll.Readiness) {
    guard var connection = connections.removeValue(forKey: number) else { return }
    let stays = advance(&connection, readiness)
    connections[number] = connection
    if !stays { close(number) }
  }

  /// False when the connection is over.
  private func advance(
    _ connection: inout ServerConnection, _ readiness: SocketPoll.Readiness
  ) -> Bool {
    let traffic = loop.takeTraffic(of: connection.number)
    if traffic.isDropped { return false }
    connection.requestCount = traffic.requestCount
    connection.append(traffic.outgoing)
    if !connection.send() { return false }
    if readiness.canRead {
      switch connection.socket.receive() {
      case .done(let bytes): connection.reader.append(bytes)
      case .notYet: break
      case .lost: return false
      }
    } else if readiness.isLost {
      return false
    }
    do throws(MalformedBytes) {
      return try begin(&connection)
    } catch {
      return false
    }
  }

  /// Hands on the requests that have come, as many as there is room for.
  private func begin(_ connection: inout ServerConnection) throws(MalformedBytes) -> Bool {
    while connection.hasRoom(options), let payload = try connection.reader.next() {
      if connection.hasGreeted {
        connection.requestCount += 1
        loop.countRequest(of: connection.number)
        handler.received(payload, by: connection.number)
      } else {
        let greeting = try Greeting(decoding: payload)
        connection.append([Frame.around(handler.greeting)])
        // Whoever speaks another version is told which one is spoken here.
        guard connection.send(), greeting.version == WireFormat.version else { return false }
        connection.hasGreeted = true
        handler.opened(connection: connection.number)
      }
    }
    return connection.hasGreeted
      || Platform.monotonicNanoseconds() < connection.greetingDeadline
  }
}

extension Duration {
  /// Nanoseconds to wait: at least none, at most a century.
  var nanosecondsFromNow: UInt64 {
    let most = Duration.seconds(100 * 365 * 86_400)
    let (seconds, attoseconds) = min(max(self, .zero), most).components
    return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
  }
}
