// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import WideColumn

/// The thread that reads every block of the store again and again, slowly, so that rot is found before it is needed.
package struct Scrubber: Sendable {
  private let environment: BackgroundEnvironment
  private let signals: Monitor<BackgroundWork.Signals>
  private let verifier: OnlineVerifier
  private let bytesPerSecond: Int

  package init(
    _ environment: BackgroundEnvironment, _ signals: Monitor<BackgroundWork.Signals>,
    _ verifier: OnlineVerifier, bytesPerSecond: Int
  ) {
    self.environment = environment
    self.signals = signals
    self.verifier = verifier
    self.bytesPerSecond = bytesPerSecond
  }

  /// Makes one pass after the other until the store closes.
  package func loop() {
    while !rests(for: .zero) {
      pass()
      if rests(for: environment.configuration.scrubInterval) { return }
    }
  }

  /// Waits; returns whether the store is closing.
  private func rests(for duration: Duration) -> Bool {
    signals.wait(timeout: duration) { state in state.isStopping ? true : nil } ?? false
  }

  private func pass() {
    var pacer = ReadPacer(bytesPerSecond: bytesPerSecond) { duration in rests(for: duration) }
    do throws(StoreError) {
      let report = try verifier.run(isDeep: true, &pacer)
      environment.metrics.scrubs.add(1)
      environment.metrics.scrubbedBytes.add(report.bytesRead)
      for finding in report.findings where environment.damage.note(finding) {
        environment.events.post(.damageFound(finding))
      }
    } catch {
      environment.configuration.logger.debug(
        "the scrub was ended", metadata: ["error": "\(error)"])
    }
  }
}
