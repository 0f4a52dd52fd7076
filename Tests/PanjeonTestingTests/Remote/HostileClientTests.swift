// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// What others do to a server, and servers to a client, does not hurt anybody else.
@Suite("Hostile and slow clients")
struct HostileClientTests {
  /// Sends all of some bytes; returns whether the connection was still there.
  private func send(_ bytes: [UInt8], by socket: LoopbackSocket) async throws -> Bool {
    var offset = 0
    for _ in 0..<2000 where offset < bytes.count {
      switch socket.send(bytes, from: offset) {
      case .done(let count): offset += count
      case .notYet: try await Task.sleep(for: .milliseconds(2))
      case .lost: return false
      }
    }
    return offset == bytes.count
  }

  /// Waits until the other side has closed the connection; false when it does not.
  private func isClosed(_ socket: LoopbackSocket) async throws -> Bool {
    for _ in 0..<2000 {
      switch socket.receive() {
      case .done: continue
      case .notYet: try await Task.sleep(for: .milliseconds(2))
      case .lost: return true
      }
    }
    return false
  }

  private let greeting = Frame.around(Greeting().encoded)

  @Test("Garbage ends its own connection and no other", .timeLimit(.minutes(15)))
  func garbage() async throws {
    TestSeed.announce("garbage for a server")
    var random = SplitMix64(seed: TestSeed.value)
    let server = try StoreServer(try await RemoteFixture().store)
    let far = try await RemoteFixture.client(port: server.port)
    for round in 0..<50 {
      let socket = try LoopbackSocket.connecting(to: server.port)
      var bytes = round % 2 == 0 ? greeting : []
      switch round % 3 {
      case 0: bytes += (0..<(8 + random.below(200))).map { _ in UInt8(random.below(256)) }
      case 1: bytes += Frame.around((0..<30).map { _ in UInt8(random.below(256)) })
      default: bytes += [0, 0, 0, 0xFF, 1, 2, 3, 4]
      }
      // An announced length that is plausible, of bytes that never come, is only a slow client.
      bytes += [UInt8](repeating: 0xFF, count: 64)
      _ = try await send(bytes, by: socket)
      #expect(try await RemoteFixture.rows(of: far) == [])
      if round % 3 != 0 { #expect(try await isClosed(socket), "round \(round)") }
    }
    await server.stop()
  }

  @Test("A client of another version is told the server's and closed", .timeLimit(.minutes(15)))
  func version() async throws {
    let server = try StoreServer(try await RemoteFixture().store)
    let socket = try LoopbackSocket.connecting(to: server.port)
    #expect(try await send(Frame.around(Greeting(version: 9).encoded), by: socket))
    var reader = FrameReader()
    var isOver = false
    for _ in 0..<2000 where !isOver {
      switch socket.receive() {
      case .done(let bytes): reader.append(bytes)
      case .notYet: try await Task.sleep(for: .milliseconds(2))
      case .lost: isOver = true
      }
    }
    let payload = try #require(try reader.next())
    #expect(try Greeting(decoding: payload).version == WireFormat.version)
    #expect(isOver)
    await server.stop()
  }

  @Test("Half a frame, and a greeting that does not come, hold up nobody", .timeLimit(.minutes(15)))
  func half() async throws {
    var options = StoreServerOptions()
    options.greetingMax = .seconds(1)
    let server = try StoreServer(try await RemoteFixture().store, options: options)
    let silent = try LoopbackSocket.connecting(to: server.port)
    let halves = try LoopbackSocket.connecting(to: server.port)
    let frame = Frame.around([1] + RemoteCall.ping.encoded)
    #expect(try await send(greeting + frame.dropLast(), by: halves))
    let far = try await RemoteFixture.client(port: server.port)
    #expect(try await RemoteFixture.rows(of: far) == [])
    #expect(try await isClosed(silent))
    // The other half may come late.
    #expect(try await send(Array(frame.suffix(1)), by: halves))
    #expect(try await RemoteFixture.rows(of: far) == [])
    await server.stop()
    #expect(try await isClosed(halves))
  }

  @Test(
    "A client that takes no answers is given no more work, and others go on",
    .timeLimit(.minutes(15)))
  func slow() async throws {
    let store = try await RemoteFixture().store
    let value = Bytes([UInt8](repeating: 7, count: 1 << 20))
    _ = try await store.checkAndMutate(
      RemoteFixture.put("r", value), in: "t", durability: .memory)
    let faults = PlannedFaults()
    var options = StoreServerOptions()
    options.waitingBytesMax = 4 << 20
    options.requestsMax = 4
    let server = try StoreServer(store, options: options, fault: faults.decide)
    let slow = try LoopbackSocket.connecting(to: server.port)
    let get = RemoteCall.get(Get("r"), table: "t")
    let calls = (0..<100).flatMap { Frame.around([UInt8($0)] + get.encoded) }
    #expect(try await send(greeting + calls, by: slow))
    let far = try await RemoteFixture.client(port: server.port)
    for _ in 0..<20 {
      #expect(try await RemoteFixture.value(of: "r", in: far) == value)
    }
    let begun = faults.requests.filter { $0.connection == 1 }.count
    #expect(begun > 0 && begun < 100, "\(begun)")
    // Once it takes them, it is given all.
    var reader = FrameReader()
    var answers: Set<UInt8> = []
    for _ in 0..<20_000 where answers.count < 101 {
      switch slow.receive() {
      case .done(let bytes):
        reader.append(bytes)
        while let payload = try reader.next() {
          answers.insert(payload.starts(with: WireFormat.mark) ? 255 : payload[0])
        }
      case .notYet: try await Task.sleep(for: .milliseconds(2))
      case .lost: Issue.record("the server has closed the connection")
      }
    }
    #expect(answers.count == 101)
    await server.stop()
  }

  @Test("More connections than are allowed are closed as they come", .timeLimit(.minutes(15)))
  func tooMany() async throws {
    var options = StoreServerOptions()
    options.connectionsMax = 2
    let server = try StoreServer(try await RemoteFixture().store, options: options)
    let first = try await RemoteFixture.client(port: server.port)
    let second = try await RemoteFixture.client(port: server.port)
    let code = try await RemoteFixture.code { _ = try await RemoteStore(port: server.port) }
    #expect(code == .unavailable)
    second.close()
    var third: RemoteStore?
    for _ in 0..<1000 where third == nil {
      third = try? await RemoteStore(port: server.port)
      try await Task.sleep(for: .milliseconds(2))
    }
    #expect(try await third?.schema(of: "t") == RemoteFixture.table)
    #expect(try await first.schema(of: "t") == RemoteFixture.table)
    await server.stop()
  }

  @Test(
    "A server that says nothing, nonsense, or another version does not hold up its client",
    .timeLimit(.minutes(15)))
  func hostileServer() async throws {
    let silent = try LoopbackSocket.listening(on: 0)
    let code = try await RemoteFixture.code {
      _ = try await RemoteStore(port: silent.port, deadline: .milliseconds(200))
    }
    #expect(code == .unavailable)
    let store = Greeting.Store(limits: StoreLimits(), incarnation: .unknown)
    let answers: [([UInt8], StoreError.Code)] = [
      ([UInt8](repeating: 0xAA, count: 100), .unavailable),
      (Frame.around(Greeting(version: 7).encoded), .unsupportedFormat),
      (Frame.around(Greeting().encoded), .unavailable),
      (
        Frame.around(Greeting(store: store).encoded), .io
      ),
    ]
    for (bytes, expected) in answers {
      let listener = try LoopbackSocket.listening(on: 0)
      async let code = RemoteFixture.code {
        _ = try await RemoteStore(port: listener.port, deadline: .seconds(400))
      }
      var accepted: LoopbackSocket?
      for _ in 0..<2000 where accepted == nil {
        if case .done(let socket) = listener.accept() {
          accepted = socket
        } else {
          try await Task.sleep(for: .milliseconds(2))
        }
      }
      let socket = try #require(accepted)
      #expect(try await send(bytes, by: socket))
      if expected == .io {
        // To the first call.
        let expectedBytes = greeting.count + Frame.headerBytes + 2
        var count = 0
        for _ in 0..<2000 where count < expectedBytes {
          if case .done(let received) = socket.receive() {
            count += received.count
          } else {
            try await Task.sleep(for: .milliseconds(2))
          }
        }
        #expect(try await send(Frame.around([1, 99]), by: socket))
      }
      #expect(try await code == expected)
    }
  }
}
