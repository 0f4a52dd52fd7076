// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

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
  static func print(_ line: String) { write(line, to: STDOUT_FILENO) }

  /// Prints a line to standard error.
  static func printError(_ line: String) { write(line, to: STDERR_FILENO) }

  /// A reader that has seen enough (`| head`) is no error: the exit status is still told.
  static func ignoreClosedPipe() { signal(SIGPIPE, SIG_IGN) }

  private static func write(_ line: String, to descriptor: Int32) {
    let end = line.hasSuffix("\n") ? "" : "\n"
    do throws(StoreError) {
      try HistoryFile.write(Array((line + end).utf8), to: descriptor, "output")
    } catch {
      // There is nowhere left to say so; the exit status says what was found.
    }
  }
}
