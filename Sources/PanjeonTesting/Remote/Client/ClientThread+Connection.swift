// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// What goes over the connection, and what its loss comes to.
extension ClientThread {
  /// Does whatever can be done after a wait.
  mutating func goOn(_ readiness: SocketPoll.Readiness?) {
    guard let readiness, readiness.canRead || readiness.canWrite || readiness.isLost else { return }
    if case .connecting(let socket) = phase {
      if let failure = socket.connectionFailure {
        lose(failure.message, isFinal: true)
      } else {
        phase = .greeting(socket)
        sending = (Frame.around(Greeting().encoded), 0, nil)
      }
      return
    }
    if readiness.canRead || readiness.isLost { receive() }
  }

  /// Sends as much as the operating system takes.
  mutating func send() {
    while let socket {
      if case .connecting = phase { return }
      if sending == nil {
        guard case .ready = phase, let call = takeUnsent() else { return }
        sending = (call.frame, 0, call)
      }
      guard let (frame, offset, call) = sending else { return }
      switch socket.send(frame, from: offset) {
      case .notYet: return
      case .lost: return lose("the connection to the store's server broke", isFinal: false)
      case .done(let count):
        if offset + count < frame.count {
          sending = (frame, offset + count, call)
        } else {
          sending = nil
          if let call, call.continuation != nil { sent[call.number] = call }
        }
      }
    }
  }

  private mutating func takeUnsent() -> ClientCall? {
    unsent.isEmpty ? nil : unsent.removeFirst()
  }

  private mutating func receive() {
    guard let socket else { return }
    switch socket.receive() {
    case .notYet: return
    case .lost: lose("the connection to the store's server broke", isFinal: false)
    case .done(let bytes):
      reader.append(bytes)
      do throws(MalformedBytes) {
        while let payload = try reader.next() { try take(payload) }
      } catch {
        lose("what the store's server says makes no sense", isFinal: false)
      }
    }
  }

  private mutating func take(_ payload: [UInt8]) throws(MalformedBytes) {
    guard case .greeting(let socket) = phase else { return try answer(payload) }
    let greeting = try Greeting(decoding: payload)
    guard greeting.version == WireFormat.version else {
      failUnsent(
        StoreError(
          .unsupportedFormat,
          "the store's server speaks version \(greeting.version), not \(WireFormat.version)"))
      return lose("the server speaks another version", isFinal: true)
    }
    guard let store = greeting.store else { throw MalformedBytes() }
    connection += 1
    phase = .ready(socket)
    loop.connected(to: store)
  }

  private mutating func answer(_ payload: [UInt8]) throws(MalformedBytes) {
    var decoder = WireDecoder(payload)
    let number = try decoder.unsigned()
    // Nobody waits any more for one that comes behind its deadline.
    guard let call = sent.removeValue(forKey: number) else { return }
    loop.finish(
      call,
      .success(
        ClientCall.Answer(payload: payload, offset: decoder.offset, connection: connection)))
  }

  /// Lets go of the connection.
  ///
  /// Calls that have been sent fail, changes among them with an unknown outcome; those that have not are made by another connection.
  ///
  /// - Parameters:
  ///   - why: What has happened, for people.
  ///   - isFinal: Whether it could not be made at all: then those that have not been sent fail, too.
  mutating func lose(_ why: String, isFinal: Bool) {
    let wasReady = if case .ready = phase { true } else { false }
    socket?.close()
    phase = .idle
    reader = FrameReader()
    for call in sent.values { loop.finish(call, .failure(call.failure(wasSent: true, why))) }
    sent = [:]
    if let call = sending?.call {
      // The server has got a part of a frame, of which it does nothing.
      loop.finish(call, .failure(call.failure(wasSent: false, why)))
    }
    sending = nil
    if isFinal || !wasReady { failUnsent(StoreError(.unavailable, why)) }
    refuseStale()
  }

  /// Fails the calls of which nothing has been sent.
  mutating func failUnsent(_ error: StoreError) {
    for call in unsent { loop.finish(call, .failure(error)) }
    unsent = []
  }

  /// Fails the calls that mean nothing by another connection than one that is gone.
  mutating func refuseStale() {
    guard unsent.contains(where: isStale) else { return }
    for call in unsent where isStale(call) {
      loop.finish(
        call, .failure(call.failure(wasSent: false, "the connection of the scan is gone")))
    }
    unsent = unsent.filter { !isStale($0) }
  }

  private func isStale(_ call: ClientCall) -> Bool {
    guard let wanted = call.connection else { return false }
    if case .ready = phase { return wanted != connection }
    return true
  }
}
