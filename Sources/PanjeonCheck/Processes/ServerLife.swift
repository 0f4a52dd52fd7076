// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import PanjeonTesting
internal import WideColumn

/// One life of the process that has a store which others share: it serves until it is killed, or told to come to its end.
struct ServerLife: Sendable {
  /// What becomes of it next.
  enum Order: Sendable {
    case goOn
    /// It is to answer what it is doing, and to close the store.
    case end
    /// It is killed.
    case kill
  }

  let executable: String
  let arguments: [String]

  private static let lookMilliseconds: Int32 = 5
  /// How long it may take to come to its end.
  private static let endNanoseconds: UInt64 = 120_000_000_000

  /// Blocks until the process is dead; not for Swift's cooperative threads.
  ///
  /// - Parameters:
  ///   - order: Is asked every few milliseconds.
  ///   - onMessage: Is told what the process says, as it says it.
  /// - Returns: What became of it.
  /// - Throws: `io` when it cannot be started.
  func live(
    order: () -> Order, _ onMessage: (ChildMessage) -> Void
  ) throws(StoreError) -> Lived {
    let child = try ChildProcess(
      path: executable, arguments: arguments, reportsOn: ChildCommand.reportDescriptor)
    let clock = SystemTimeSource()
    var lived = Lived()
    var deadline: UInt64?
    var isKilled = false
    while let bytes = child.read(timeoutMilliseconds: Self.lookMilliseconds) {
      lived.note(bytes, onMessage)
      switch order() {
      case .goOn: break
      case .kill where !isKilled:
        child.kill()
        isKilled = true
      case .kill: break
      case .end where deadline == nil:
        child.endInput()
        deadline = clock.monotonicNanoseconds() + Self.endNanoseconds
      case .end: if clock.monotonicNanoseconds() > deadline ?? .max { child.kill() }
      }
    }
    if deadline == nil { child.endInput() }
    lived.note(child.wait())
    if lived.end == .killed, !isKilled {
      lived.end = .failed
      lived.failure = RunFailure(.failed, "the process that has the store did not come to its end")
    }
    return lived
  }
}
