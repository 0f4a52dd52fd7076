// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where the commands print to.
enum Output {
  /// Prints a line to standard output.
  static func print(_ line: String) {
    write(line + "\n", to: STDOUT_FILENO)
  }

  /// Prints a value as one line of JSON with sorted keys.
  static func print(json value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Prints a line to standard error.
  static func printError(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Shows a line of progress in place of the last, if standard error is a terminal.
  static func progress(_ line: String) {
    if isatty(STDERR_FILENO) != 0 { write("\r\u{1B}[K" + line, to: STDERR_FILENO) }
  }

  /// A reader that has seen enough (`| head`) is no error: the tool then ends quietly.
  static func ignoreClosedPipe() {
    signal(SIGPIPE, SIG_IGN)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { unsafe writeBytes(descriptor, $0) }
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EPIPE { exit(0) }
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
