// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Files of histories.
enum HistoryFile {
  /// The events as a file.
  static func bytes(_ events: [HistoryEvent]) -> [UInt8] {
    var bytes: [UInt8] = []
    for event in events {
      bytes += event.jsonLine.utf8
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  /// Reads a whole file, of whatever kind; `-` is standard input.
  ///
  /// Throws `io`.
  static func read(_ path: String) async throws(StoreError) -> [UInt8] {
    try await onThread { () throws(StoreError) in
      let descriptor =
        path == "-" ? STDIN_FILENO : try open(path, O_RDONLY | O_CLOEXEC, "read")
      defer { if path != "-" { close(descriptor) } }
      var bytes: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = unsafe piece.withUnsafeMutableBytes { unsafe readBytes(descriptor, $0) }
        if count == 0 { return bytes }
        if count < 0 {
          if errno == EINTR { continue }
          throw failure("read", path)
        }
        bytes += piece[..<count]
      }
    }
  }

  /// Writes a whole file, in place of what is there.
  ///
  /// Throws `io`.
  static func write(_ bytes: [UInt8], to path: String) async throws(StoreError) {
    try await onThread { () throws(StoreError) in
      let descriptor = try open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, "write")
      defer { close(descriptor) }
      try write(bytes, to: descriptor, path)
    }
  }

  static func open(
    _ path: String, _ flags: Int32, _ what: String
  ) throws(StoreError) -> Int32 {
    let descriptor = openFile(path, flags)
    if descriptor < 0 { throw failure(what, path) }
    return descriptor
  }

  static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(StoreError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe writeBytes(descriptor, $0) }
      if count < 0, errno != EINTR { throw failure("write", path) }
      rest = rest.dropFirst(max(0, count))
    }
  }

  static func failure(_ what: String, _ path: String) -> StoreError {
    StoreError(.io, unsafe "cannot \(what) '\(path)': \(String(cString: strerror(errno)))")
  }

  /// Blocking calls are not for Swift's cooperative threads.
  static func onThread<T: Sendable>(
    _ body: @escaping @Sendable () throws(StoreError) -> T
  ) async throws(StoreError) -> T {
    let executor = IOExecutor(name: "check", threads: 1)
    defer { executor.shutDown() }
    return try await executor.run(body)
  }
}

/// Calls `open`, whose name a method hides.
private func openFile(_ path: String, _ flags: Int32) -> Int32 {
  unsafe open(path, flags, 0o600)
}

/// Calls `read`, whose name a method hides.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  unsafe read(descriptor, buffer.baseAddress, buffer.count)
}

/// Calls `write`, whose name a method hides.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}
