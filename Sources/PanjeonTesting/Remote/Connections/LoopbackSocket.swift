// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
package import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A TCP socket of this machine that never blocks, closed with its last reference at the latest.
package final class LoopbackSocket: Sendable {
  /// What a call that must not block came to.
  package enum Outcome<Value: Sendable>: Sendable {
    case done(Value)
    /// Nothing, for the time being.
    case notYet
    /// The connection is gone.
    case lost
  }

  /// How many connections wait to be accepted at the most.
  private static let backlogMax: Int32 = 128

  /// How much is received at once.
  private static let receivedBytesMax = 64 << 10

  let descriptor: Int32
  private let isClosed = Mutex(false)

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close() }

  /// Closes it, once; it must not be used any more then.
  package func close() {
    let wasClosed = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return isClosed
    }
    if wasClosed { return }
    // Also for a program that was started before the socket could be marked, and has inherited it.
    shutdown(descriptor, Int32(SHUT_RDWR))
    systemClose(descriptor)
  }

  /// A socket that other processes can connect to.
  ///
  /// - Parameter port: The port; 0 for one that the operating system chooses.
  /// - Returns: The socket.
  /// - Throws: `io`.
  package static func listening(on port: UInt16) throws(StoreError) -> LoopbackSocket {
    let socket = try make()
    let isBound = unsafe withAddress(port) { unsafe bind(socket.descriptor, $0, $1) == 0 }
    guard isBound, listen(socket.descriptor, backlogMax) == 0 else {
      throw failure("listen on port \(port) of 127.0.0.1")
    }
    return socket
  }

  /// A socket that is about to be connected: writable once it is, or once it is known not to be.
  package static func connecting(to port: UInt16) throws(StoreError) -> LoopbackSocket {
    let socket = try make()
    let status = unsafe withAddress(port) { unsafe connect(socket.descriptor, $0, $1) }
    guard status == 0 || errno == EINPROGRESS || errno == EINTR else {
      throw failure("connect to port \(port) of 127.0.0.1", .unavailable)
    }
    return socket
  }

  /// Why it could not be connected; nil when it is connected.
  package var connectionFailure: StoreError? {
    var status: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    let isKnown =
      unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &status, &length) == 0
    if isKnown, status == 0 { return nil }
    if isKnown { errno = status }
    return Self.failure("connect to the store's server", .unavailable)
  }

  /// The port it is bound to.
  package var port: UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = unsafe withUnsafeMutablePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// The next connection that another process has made.
  package func accept() -> Outcome<LoopbackSocket> {
    let accepted = systemAccept(descriptor)
    guard accepted >= 0 else { return Self.isTransient(errno) ? .notYet : .lost }
    let socket = LoopbackSocket(accepted)
    socket.setOptions()
    return .done(socket)
  }

  /// What has come, some of it.
  package func receive() -> Outcome<[UInt8]> {
    var status = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.receivedBytesMax) { room, count in
      status = unsafe recv(descriptor, room.baseAddress, room.count, 0)
      count = max(0, status)
    }
    if status > 0 { return .done(bytes) }
    return status < 0 && Self.isTransient(errno) ? .notYet : .lost
  }

  /// Sends what the operating system takes of some bytes from an offset on; says how many.
  package func send(_ bytes: [UInt8], from offset: Int) -> Outcome<Int> {
    let sent = unsafe bytes[offset...].withUnsafeBytes { rest in
      unsafe systemSend(descriptor, rest.baseAddress, rest.count, Self.sendFlags)
    }
    if sent >= 0 { return .done(sent) }
    return Self.isTransient(errno) ? .notYet : .lost
  }
}

extension LoopbackSocket {
  private static func make() throws(StoreError) -> LoopbackSocket {
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw failure("make a socket") }
    let made = LoopbackSocket(descriptor)
    made.setOptions()
    // A port whose last server has just gone, or that a client has been given, may be taken at once.
    made.setFlag(SOL_SOCKET, SO_REUSEADDR)
    return made
  }

  /// Not blocking, not inherited by other programs, and nothing held back to be sent together with more.
  private func setOptions() {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    #if canImport(Darwin)
      setFlag(SOL_SOCKET, SO_NOSIGPIPE)
    #endif
    setFlag(Int32(IPPROTO_TCP), TCP_NODELAY)
  }

  private func setFlag(_ level: Int32, _ option: Int32) {
    var one: Int32 = 1
    unsafe setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  #if canImport(Darwin)
    private static let sendFlags: Int32 = 0
  #else
    private static let sendFlags = Int32(MSG_NOSIGNAL)
  #endif

  private static func withAddress<R>(
    _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
  ) -> R {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func isTransient(_ number: Int32) -> Bool {
    number == EAGAIN || number == EWOULDBLOCK || number == EINTR || number == ECONNABORTED
  }

  private static func failure(_ what: String, _ code: StoreError.Code = .io) -> StoreError {
    let reason = unsafe String(cString: strerror(errno))
    return StoreError(code, "cannot \(what): \(reason)")
  }
}

/// The system's calls, by names that the type's own methods do not hide.
private func systemAccept(_ socket: Int32) -> Int32 { accept(socket, nil, nil) }

private func systemClose(_ socket: Int32) { close(socket) }

private func systemSend(
  _ socket: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32
) -> Int {
  unsafe send(socket, bytes, count, flags)
}
