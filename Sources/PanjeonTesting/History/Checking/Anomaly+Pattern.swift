// SPDX-License-Identifier: Apache-2.0

extension Anomaly {
  /// Cycles that have a name of their own.
  public enum Pattern: String, CaseIterable, Sendable {
    /// A G-single of two transactions and two keys: one saw the other's write of one key, and missed that of the other.
    case readSkew = "read skew"
    /// A G2-item of two transactions: each read the key that the other wrote, and missed the write.
    case writeSkew = "write skew"
    /// A G2 of two transactions: each scanned before the other inserted.
    case phantom = "phantom"
    /// A G-nonadjacent of two readers: each saw one of two writes, and missed the other.
    case longFork = "long fork"
  }

  /// The pattern of the cycle, if it has one; only of a cycle of nothing but reads and writes.
  public var pattern: Pattern? {
    let keys = Set(steps.compactMap(\.key))
    let dependencies = steps.map(\.dependency)
    switch kind {
    case .gSingle where dependencies.sorted() == ["rw", "wr"] && keys.count == 2: return .readSkew
    case .g2Item where dependencies == ["rw", "rw"] && keys.count == 2: return .writeSkew
    case .g2 where dependencies == ["rw", "rw"]: return .phantom
    case .gNonadjacent where dependencies.sorted() == ["rw", "rw", "wr", "wr"]: return .longFork
    default: return nil
    }
  }
}
