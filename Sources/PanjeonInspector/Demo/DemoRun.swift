// SPDX-License-Identifier: Apache-2.0

internal import PanjeonStorage
internal import WideColumn

/// What the parent heard from the child before and after the kill.
struct DemoHeard: Sendable {
  var acknowledgements: [Acknowledgement] = []
  var counts = DemoCounts()
  var isReady = false
  var isFinished = false
  var wasKilled = false
}

/// Starts the child, listens, kills it, and listens to what is left in the pipe.
struct DemoRun: Sendable {
  let executable: String
  let arguments: [String]
  let killAfterSeconds: Double
  /// What is done to the child at the moment of the kill, before it is killed.
  let crashCommand: String?
  let clock: any TimeSource

  /// How long the child may take to create its couples, in seconds.
  private static let setupSecondsMax = 600.0

  /// Blocks until the child is dead; not for Swift's cooperative threads.
  func run() throws(StoreError) -> DemoHeard {
    let child = try ChildProcess(
      path: executable, arguments: arguments, reportsOn: DemoChildCommand.reportDescriptor)
    var heard = DemoHeard()
    var bytes: [UInt8] = []
    var killAt = clock.monotonicNanoseconds() + UInt64(Self.setupSecondsMax * 1e9)
    var shown: UInt64 = 0
    while true {
      let now = clock.monotonicNanoseconds()
      if now >= killAt || heard.isFinished { break }
      let milliseconds = Int32(min(50, (killAt - now) / 1_000_000 + 1))
      guard let more = child.read(timeoutMilliseconds: milliseconds) else {
        _ = child.wait()
        throw StoreError(.io, "the sending process ended by itself; see its message above")
      }
      let wasReady = heard.isReady
      note(more, &bytes, &heard)
      if heard.isReady, !wasReady {
        killAt = clock.monotonicNanoseconds() + UInt64(killAfterSeconds * 1e9)
      }
      if now > shown + 250_000_000 {
        shown = now
        Output.progress(
          heard.isReady ? "sending: \(heard.acknowledgements.count) messages" : "creating couples")
      }
    }
    let crashed = Result { () throws(StoreError) in
      guard let crashCommand else { return }
      try ChildProcess.runShell(crashCommand, setting: "PANJEON_CHILD", to: child.number)
    }
    child.kill()
    while let more = child.read(timeoutMilliseconds: 1000), !more.isEmpty {
      note(more, &bytes, &heard)
    }
    heard.wasKilled = child.wait()
    try crashed.get()
    guard heard.isReady else {
      throw StoreError(.unavailable, "the couples were not created in \(Self.setupSecondsMax) s")
    }
    return heard
  }

  private func note(_ more: [UInt8], _ bytes: inout [UInt8], _ heard: inout DemoHeard) {
    bytes += more
    for frame in DemoWire.take(from: &bytes) {
      switch frame {
      case .ready: heard.isReady = true
      case .acknowledged(let acknowledgement): heard.acknowledgements.append(acknowledgement)
      case .statistics(let counts): heard.counts = counts
      case .finished: heard.isFinished = true
      }
    }
  }
}
