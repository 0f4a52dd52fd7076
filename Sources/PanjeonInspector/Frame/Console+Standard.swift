// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension Console {
  /// The process's own streams.
  ///
  /// Asks and shows progress only on terminals.
  /// When the reader of standard output has gone (`| head`), the process ends with status 0, unless a verb is changing a store.
  public static let standard = Console(
    showsProgress: isatty(STDERR_FILENO) != 0, columns: nil,
    answer: {
      guard isatty(STDIN_FILENO) != 0, isatty(STDERR_FILENO) != 0 else { return nil }
      return readLine()
    },
    write: { text, stream in
      StandardStreams.write(text, to: stream == .output ? STDOUT_FILENO : STDERR_FILENO)
    })
}

extension Inspector {
  /// Runs the verb that the process was given, and ends the process with its status.
  public static func main() async -> Never {
    exit(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }
}

/// Writes to the process's streams.
private enum StandardStreams {
  /// Once: a reader that goes is no signal.
  private static let ignoresClosedPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  static func write(_ text: String, to descriptor: Int32) {
    ignoresClosedPipes
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { unsafe writeBytes(descriptor, $0) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE, !Output.outlivesItsReader { exit(Inspector.Status.fine.rawValue) }
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// Calls `write`, whose name the method above hides.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}
