// SPDX-License-Identifier: Apache-2.0

/// On which volumes a file is put, and why not on the others.
public struct PlacementDecision: Hashable, Sendable {
  /// The volumes, by name, in the order of their names; with those whose copy stays.
  public let chosen: [String]

  /// The reason for each volume of the topology, by its name.
  public let reasons: [String: PlacementReason]

  /// What would have to be added to fulfil the policy, in words; empty if it is fulfilled.
  public let missing: [String]

  /// Whether the chosen volumes fulfil the policy; if not, the file is degraded.
  public let isFulfilled: Bool
}
