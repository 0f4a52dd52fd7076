// SPDX-License-Identifier: Apache-2.0

package import WideColumn

/// Keeps a long reading to a rate, and ends it when it is not wanted any more.
package struct ReadPacer: Sendable {
  /// How much may be read at once before the rate is looked at, in bytes.
  private static let burstBytes = 64 << 10

  /// At most so many bytes a second; nil: as fast as it goes.
  private let bytesPerSecond: Int?
  /// Waits for a while; returns whether the reading is to end.
  private let pause: @Sendable (Duration) -> Bool
  private var debtBytes = 0

  package init(
    bytesPerSecond: Int? = nil, pause: @escaping @Sendable (Duration) -> Bool = { _ in false }
  ) {
    self.bytesPerSecond = bytesPerSecond
    self.pause = pause
  }

  /// Accounts for bytes that have been read, and waits if they were too many.
  ///
  /// Throws `closed` when the reading is to end.
  package mutating func read(_ bytes: Int) throws(StoreError) {
    debtBytes += bytes
    guard debtBytes >= Self.burstBytes else { return }
    let duration = bytesPerSecond.map { Duration.seconds(Double(debtBytes) / Double($0)) } ?? .zero
    debtBytes = 0
    if pause(duration) { throw .storeClosed }
  }
}
