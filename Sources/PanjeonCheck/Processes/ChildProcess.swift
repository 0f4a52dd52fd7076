// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WideColumn

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Another run of this executable, with a pipe to hear from it, and one that is its standard input.
struct ChildProcess {
  private let process: pid_t
  private let pipe: Int32
  private let input: Int32

  /// One process is started at a time: descriptors that are not marked yet would go to the other one, and outlive its parent's.
  private static let starting = Mutex(())

  /// Starts the executable at `path`; its `descriptor` is the writing end of the pipe.
  init(path: String, arguments: [String], reportsOn descriptor: Int32) throws(StoreError) {
    self = try Self.starting.withLock { _ throws(StoreError) in
      try ChildProcess(starting: path, arguments, reportsOn: descriptor)
    }
  }

  private init(
    starting path: String, _ arguments: [String], reportsOn descriptor: Int32
  ) throws(StoreError) {
    let (reading, writing) = try Self.pipe(above: descriptor + 10)
    defer { close(writing) }
    let (childInput, input): (Int32, Int32)
    do throws(StoreError) {
      (childInput, input) = try Self.pipe(above: descriptor + 10)
    } catch {
      close(reading)
      throw error
    }
    defer { close(childInput) }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, writing, descriptor)
    unsafe posix_spawn_file_actions_adddup2(&actions, childInput, STDIN_FILENO)
    var strings = unsafe ([path] + arguments).map { unsafe strdup($0) }
    defer { unsafe strings.forEach { unsafe free($0) } }
    unsafe strings.append(nil)
    var started = pid_t()
    let status = unsafe posix_spawn(&started, path, &actions, nil, strings, environ)
    guard status == 0 else {
      close(reading)
      close(input)
      throw StoreError(.io, unsafe "cannot start '\(path)': \(String(cString: strerror(status)))")
    }
    process = started
    pipe = reading
    self.input = input
  }

  /// A pipe that no child inherits, its ends above the descriptors that a child is given.
  private static func pipe(
    above lowest: Int32
  ) throws(StoreError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    guard makePipe(&ends) == 0 else { throw failure("make a pipe") }
    let reading = fcntl(ends[0], F_DUPFD_CLOEXEC, lowest)
    let writing = fcntl(ends[1], F_DUPFD_CLOEXEC, lowest)
    ends.forEach { close($0) }
    guard reading >= 0, writing >= 0 else { throw failure("make a pipe") }
    return (reading, writing)
  }

  /// The path of the running executable.
  static var executable: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      CommandLine.arguments[0]
    #endif
  }

  private static func failure(_ what: String) -> StoreError {
    StoreError(.io, unsafe "cannot \(what): \(String(cString: strerror(errno)))")
  }

  /// Waits for bytes; an empty answer means that time ran out, nil that the child's end is closed.
  func read(timeoutMilliseconds: Int32) -> [UInt8]? {
    var poller = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    var ready = unsafe poll(&poller, 1, max(0, timeoutMilliseconds))
    // A signal is neither silence nor an answer; who is interrupted waits a little longer.
    while ready < 0, errno == EINTR { ready = unsafe poll(&poller, 1, max(0, timeoutMilliseconds)) }
    if ready <= 0 { return [] }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe readBytes(pipe, $0) }
    if count < 0 { return errno == EINTR ? [] : nil }
    if count == 0 { return nil }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// Waits, without listening.
  func pause(milliseconds: Int32) {
    _ = poll(nil, 0, milliseconds)
  }

  /// Ends the child's standard input, once: it is to come to its end.
  func endInput() { close(input) }

  /// Ends the child at once, wherever it is.
  func kill() {
    sendKill(process)
  }

  /// Waits for the child's end; its input must have been ended.
  func wait() -> End {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    close(pipe)
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
  }

  /// How a child ended.
  enum End: Equatable {
    /// With this status.
    case exited(Int32)
    /// By this signal.
    case signalled(Int32)
  }
}

/// Calls `pipe`, whose name a property hides.
private func makePipe(_ ends: inout [Int32]) -> Int32 {
  unsafe pipe(&ends)
}

/// Calls `read`, whose name a method hides.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  unsafe read(descriptor, buffer.baseAddress, buffer.count)
}

/// Calls `kill`, whose name a method hides.
private func sendKill(_ process: pid_t) {
  kill(process, SIGKILL)
}
