// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What a status line says.
package struct StatusLine: Sendable {
  package var elapsedSeconds: Double
  package var operations: Int
  package var operationsPerSecond: Double
  /// Seconds until the end at this rate, when the run has an end.
  package var secondsLeft: Double?
  package var interval: Measurements
}

/// Asks the recorders every so often, on a thread of its own.
final class StatusReporter: Sendable {
  private let thread = ClientThread()
  private let isStopped = Atomic<Bool>(false)

  init(
    _ recorders: [Recorder], begun: UInt64, seconds: Double, operations: Int, clients: Int,
    _ report: @escaping @Sendable (StatusLine) -> Void
  ) {
    thread.run { [self] in
      var last = begun
      var lastOperations = 0
      while !isStopped.load(ordering: .relaxed) {
        let next = last + UInt64(seconds * 1e9)
        while Clock.now() < next, !isStopped.load(ordering: .relaxed) {
          Clock.sleep(nanoseconds: min(20_000_000, next - min(next, Clock.now()) + 1))
        }
        if isStopped.load(ordering: .relaxed) { return }
        var interval = Measurements()
        for recorder in recorders { interval.add(recorder.takeInterval()) }
        let now = Clock.now()
        let done = recorders.reduce(0) { $0 + $1.operations }
        let rate = Double(done - lastOperations) / (Double(now - last) / 1e9)
        let overall = Double(done) / (Double(now - begun) / 1e9)
        report(
          StatusLine(
            elapsedSeconds: Double(now - begun) / 1e9, operations: done,
            operationsPerSecond: rate,
            secondsLeft: operations > 0 && overall > 0
              ? Double(max(0, operations - done)) / overall : nil, interval: interval))
        last = now
        lastOperations = done
      }
    }
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    thread.stop()
  }
}
