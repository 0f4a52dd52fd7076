// SPDX-License-Identifier: Apache-2.0

/// What has been done with locks of commits in two phases; all are totals.
public struct LockStatistics: Hashable, Sendable {
  /// Waits for a lock whose owner seemed to live.
  public var waits: UInt64 = 0

  /// Rows rolled forward.
  public var rowsRolledForward: UInt64 = 0

  /// Rows rolled back.
  public var rowsRolledBack: UInt64 = 0

  /// Transactions whose owner was taken for dead before they were decided.
  public var ownersGivenUp: UInt64 = 0

  /// Committed transactions whose locks were left to others, since too many were waiting to be made stable.
  public var stabilizationsSkipped: UInt64 = 0

  /// Creates a value of zeros.
  public init() {}
}
