// SPDX-License-Identifier: Apache-2.0

internal import PanjeonTesting

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What became of a process that was started.
struct Lived: Sendable {
  /// How it ended.
  enum End: Sendable {
    /// It was killed.
    case killed
    /// By itself, with all done that it was to do.
    case ended
    /// By itself, with an error.
    case failed
  }

  /// Transactions that ended, as far as was heard.
  var ended = 0
  var faults = WorkloadFaultCounts()
  var end = End.ended
  /// Why it came to no good end of its own.
  var failure: RunFailure?

  /// Takes note of what it says.
  ///
  /// - Parameters:
  ///   - bytes: What has come from its pipe.
  ///   - onMessage: Is told each message.
  mutating func note(_ bytes: [UInt8], _ onMessage: (ChildMessage) -> Void) {
    for byte in bytes {
      guard let message = ChildMessage(rawValue: byte) else { continue }
      if message == .ended { ended += 1 }
      if let fault = message.fault { faults[fault] += 1 }
      onMessage(message)
    }
  }

  /// Takes note of its end.
  mutating func note(_ status: ChildProcess.End) {
    switch status {
    case .signalled(SIGKILL): end = .killed
    case .exited(0): end = .ended
    case .signalled(let number):
      end = .failed
      // A trap is a bug of the library; somebody else's signal is not.
      let isTrap = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE].contains(number)
      failure = RunFailure(
        isTrap ? .violated : .failed,
        "the process that runs transactions was ended by signal \(number)")
    case .exited(let status):
      end = .failed
      failure = RunFailure(
        .failed, "the process that runs transactions ended with status \(status)")
    }
  }
}
