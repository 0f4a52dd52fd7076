// SPDX-License-Identifier: Apache-2.0

/// Says that a store holds what no workload has written to it.
public struct WorkloadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
