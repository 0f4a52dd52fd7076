// SPDX-License-Identifier: Apache-2.0

#if Sodium
  import PanjeonStorage
  import Synchronization

  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #elseif canImport(Darwin)
    import Darwin
  #endif

  /// An HTTP server on loopback that answers as a test says, one connection for each request; ends with ``stop()``.
  final class ScriptedServer: Sendable {
    struct Request: Sendable {
      var method = ""
      var target = ""
      var headers: [String: String] = [:]
      var body: [UInt8] = []
    }

    enum Step: Sendable {
      /// A whole answer.
      case answer(Int, [String: String] = [:], [UInt8] = [])
      /// Exactly these bytes, then the end of the connection.
      case raw([UInt8])
      /// Nothing, until the client or the test has had enough.
      case hang
      /// The end of the connection instead of an answer.
      case drop

      static func xml(_ status: Int, _ code: String, _ message: String = "because") -> Step {
        let text =
          "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
        return .answer(status, ["Content-Type": "application/xml"], Array(text.utf8))
      }
    }

    let port: UInt16
    private let listener: Int32
    private let state:
      Mutex<(steps: [Step], requests: [Request], open: Set<Int32>, isStopped: Bool)>

    /// Answers request after request with step after step, the last one again and again.
    init(_ steps: [Step]) throws {
      state = Mutex((steps, [], [], false))
      #if canImport(Glibc)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      #else
        listener = socket(AF_INET, SOCK_STREAM, 0)
      #endif
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let listener = listener
      let isBound = withUnsafeMutablePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, length) == 0 && listen(listener, 64) == 0
            && getsockname(listener, $0, &length) == 0
        }
      }
      precondition(isBound, "no port of 127.0.0.1 to listen on")
      port = UInt16(bigEndian: address.sin_port)
      _ = WorkerThread(name: "scripted", isDetached: true) { [self] in acceptAll() }
    }

    var endpoint: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock { $0.requests } }

    func stop() {
      state.withLock { state in
        if state.isStopped { return }
        state.isStopped = true
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
      }
    }

    private func acceptAll() {
      while true {
        let connection = accept(listener, nil, nil)
        let isTaken = state.withLock { state in
          if state.isStopped || connection < 0 { return false }
          state.open.insert(connection)
          return true
        }
        guard isTaken else {
          if connection >= 0 { close(connection) }
          break
        }
        _ = WorkerThread(name: "scripted-one", isDetached: true) { [self] in
          serve(connection)
          state.withLock { _ = $0.open.remove(connection) }
          close(connection)
        }
      }
      close(listener)
    }

    private func serve(_ connection: Int32) {
      guard let request = read(connection) else { return }
      let step = state.withLock { state -> Step in
        state.requests.append(request)
        return state.steps.count > 1 ? state.steps.removeFirst() : state.steps[0]
      }
      switch step {
      case .answer(let status, let headers, let body):
        var head = "HTTP/1.1 \(status) Status\r\nConnection: close\r\n"
        if status != 204, headers["Content-Length"] == nil {
          head += "Content-Length: \(body.count)\r\n"
        }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        write(connection, Array((head + "\r\n").utf8) + (request.method == "HEAD" ? [] : body))
      case .raw(let bytes): write(connection, bytes)
      case .hang:
        var byte: UInt8 = 0
        // Until the client goes, or the server is stopped.
        while recv(connection, &byte, 1, 0) > 0 {}
      case .drop: break
      }
    }

    private func read(_ connection: Int32) -> Request? {
      var bytes: [UInt8] = []
      var room = [UInt8](repeating: 0, count: 1 << 16)
      func more() -> Bool {
        let count = recv(connection, &room, room.count, 0)
        if count > 0 { bytes += room[..<count] }
        return count > 0
      }
      let end = Array("\r\n\r\n".utf8)
      var headEnd: Int?
      while headEnd == nil {
        guard more() else { return nil }
        headEnd = bytes.indices.first { bytes[$0...].starts(with: end) }
      }
      let lines = String(decoding: bytes[..<(headEnd ?? 0)], as: UTF8.self).split(separator: "\r\n")
      var request = Request()
      let first = lines[0].split(separator: " ")
      request.method = String(first[0])
      request.target = String(first[1])
      for line in lines.dropFirst() {
        let halves = line.split(separator: ":", maxSplits: 1)
        request.headers[halves[0].lowercased()] = String(
          halves.count > 1 ? halves[1].drop { $0 == " " } : "")
      }
      if request.headers["expect"] != nil {
        write(connection, Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
      }
      let length = Int(request.headers["content-length"] ?? "0") ?? 0
      while bytes.count < (headEnd ?? 0) + 4 + length {
        guard more() else { return nil }
      }
      request.body = Array(bytes[((headEnd ?? 0) + 4)...])
      return request
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) {
      var done = 0
      while done < bytes.count {
        #if canImport(Darwin)
          let flags: Int32 = 0
        #else
          let flags = Int32(MSG_NOSIGNAL)
        #endif
        let count = bytes[done...].withUnsafeBytes {
          send(connection, $0.baseAddress, $0.count, flags)
        }
        if count <= 0 { return }
        done += count
      }
    }
  }
#endif
