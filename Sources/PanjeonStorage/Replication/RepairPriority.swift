// SPDX-License-Identifier: Apache-2.0

/// How urgent the repair of a file's copies is: what could be lost soonest comes first.
public enum RepairPriority: String, Hashable, Sendable, CaseIterable {
  /// The policy asks for a durable copy, and there is no good one.
  case noDurableCopy
  /// One more loss, and the file is gone.
  case oneCopy
  /// There are fewer copies than the policy asks for.
  case underReplicated
  /// There are enough copies, but they would be lost together.
  case badlySpread
  /// The policy would be fulfilled, were it not for a copy that is damaged or unfinished.
  case damagedCopy
  /// A copy is on a volume that is to be emptied.
  case retiring
  /// There are more copies than the policy asks for.
  case surplus
}

extension RepairPriority: Comparable {
  /// Whether it comes before another.
  public static func < (left: RepairPriority, right: RepairPriority) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}
