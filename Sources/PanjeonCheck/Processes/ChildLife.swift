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

/// One life of the process that runs transactions: it is started, listened to, and killed.
struct ChildLife: Sendable {
  /// What became of it.
  struct Lived: Sendable {
    /// Transactions that ended before the kill, as far as was heard.
    var ended = 0
    var faults = WorkloadFaultCounts()
    var end = End.ended
    /// Why it came to no good end of its own.
    var failure: RunFailure?
  }

  /// How it ended.
  enum End: Sendable {
    /// It was killed.
    case killed
    /// All its transactions had ended before it could be killed.
    case ended
    /// By itself, with an error.
    case failed
  }

  let executable: String
  let arguments: [String]
  /// After how many transactions it is killed; nil for a kill at a time, whatever it is doing then.
  let endedBeforeKill: Int?
  /// When a kill at a time comes, after the start.
  let millisecondsBeforeKill: Int

  /// How long a process may be silent before it counts as stuck.
  private static let silenceMilliseconds: Int32 = 120_000

  /// Blocks until the process is dead; not for Swift's cooperative threads.
  ///
  /// Throws `io` when it cannot be started.
  func live() throws(StoreError) -> Lived {
    let child = try ChildProcess(
      path: executable, arguments: arguments, reportsOn: ChildCommand.reportDescriptor)
    var lived = Lived()
    var isStuck = false
    if let endedBeforeKill {
      while lived.ended < endedBeforeKill {
        guard let bytes = child.read(timeoutMilliseconds: Self.silenceMilliseconds) else { break }
        isStuck = bytes.isEmpty
        if isStuck { break }
        note(bytes, &lived)
      }
    } else {
      child.pause(milliseconds: Int32(millisecondsBeforeKill))
    }
    child.kill()
    while let bytes = child.read(timeoutMilliseconds: 10_000), !bytes.isEmpty {
      note(bytes, &lived)
    }
    let end = child.wait()
    if isStuck {
      lived.end = .failed
      lived.failure = RunFailure(
        .failed, "the process that runs transactions did nothing for two minutes")
    } else {
      Self.note(end, &lived)
    }
    return lived
  }

  private static func note(_ end: ChildProcess.End, _ lived: inout Lived) {
    switch end {
    case .signalled(SIGKILL): lived.end = .killed
    case .exited(0): lived.end = .ended
    case .signalled(let number):
      lived.end = .failed
      // A trap is a bug of the library; somebody else's signal is not.
      let isTrap = [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE].contains(number)
      lived.failure = RunFailure(
        isTrap ? .violated : .failed,
        "the process that runs transactions was ended by signal \(number)")
    case .exited(let status):
      lived.end = .failed
      lived.failure = RunFailure(
        .failed, "the process that runs transactions ended with status \(status)")
    }
  }

  private func note(_ bytes: [UInt8], _ lived: inout Lived) {
    for byte in bytes {
      switch ChildMessage(rawValue: byte) {
      case .ended: lived.ended += 1
      case nil: continue
      case let message?: if let fault = message.fault { lived.faults[fault] += 1 }
      }
    }
  }
}
