// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// One life of the process that runs transactions: it is started, listened to, and killed.
struct ChildLife: Sendable {
  let executable: String
  let arguments: [String]
  /// After how many transactions it is killed; nil for a kill at a time, whatever it is doing then.
  let endedBeforeKill: Int?
  /// When a kill at a time comes, after the start.
  let millisecondsBeforeKill: Int

  /// How long a process may be silent before it counts as stuck.
  private static let silenceMilliseconds = 120_000
  private static let lookMilliseconds: Int32 = 100

  /// Blocks until the process is dead; not for Swift's cooperative threads.
  ///
  /// - Parameters:
  ///   - isOver: Whether it is to be killed at once, since nobody wants to know any more; asked every tenth of a second.
  ///   - onMessage: Is told what the process says, as it says it.
  /// - Returns: What became of it.
  /// - Throws: `io` when it cannot be started.
  func live(
    isOver: () -> Bool = { false }, _ onMessage: (ChildMessage) -> Void = { _ in }
  ) throws(StoreError) -> Lived {
    let child = try ChildProcess(
      path: executable, arguments: arguments, reportsOn: ChildCommand.reportDescriptor)
    var lived = Lived()
    var isStuck = false
    if let endedBeforeKill {
      var silence = 0
      while lived.ended < endedBeforeKill, !isOver() {
        guard let bytes = child.read(timeoutMilliseconds: Self.lookMilliseconds) else { break }
        silence = bytes.isEmpty ? silence + Int(Self.lookMilliseconds) : 0
        isStuck = silence >= Self.silenceMilliseconds
        if isStuck { break }
        lived.note(bytes, onMessage)
      }
    } else {
      child.pause(milliseconds: Int32(millisecondsBeforeKill))
    }
    child.kill()
    while let bytes = child.read(timeoutMilliseconds: 10_000), !bytes.isEmpty {
      lived.note(bytes, onMessage)
    }
    child.endInput()
    let end = child.wait()
    if isStuck {
      lived.end = .failed
      lived.failure = RunFailure(
        .failed, "the process that runs transactions did nothing for two minutes")
    } else {
      lived.note(end)
    }
    return lived
  }
}
