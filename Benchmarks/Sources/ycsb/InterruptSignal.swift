// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import YCSB

/// Ends a run at Ctrl-C, with the results so far.
final class InterruptSignal {
  private let source: any DispatchSourceSignal

  init(_ interruption: Interruption) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { interruption.interrupt() }
    source.resume()
  }

  func cancel() { source.cancel() }
}
