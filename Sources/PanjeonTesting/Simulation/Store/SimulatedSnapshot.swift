// SPDX-License-Identifier: Apache-2.0

/// A moment of a simulated store to read at.
public struct SimulatedSnapshot: Hashable, Sendable {
  /// The last sequence that is seen.
  let sequence: UInt64
  /// How often the store had been restarted.
  let restarts: Int
  /// By which times to live are judged, in microseconds.
  let time: Int64
}
