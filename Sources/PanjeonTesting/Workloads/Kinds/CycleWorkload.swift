// SPDX-License-Identifier: Apache-2.0

internal import WideColumn

/// A ring of nodes, each a register that names the next; swaps change the order, and it stays one ring.
///
/// FoundationDB's Cycle workload: cheap, and sensitive to any read or write that is lost or misplaced.
public struct CycleWorkload: Workload {
  private static let nodes = 12

  private let seed: UInt64

  /// Creates the workload of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// The ring in the order of the nodes.
  public var first: [WorkloadTransaction] {
    [
      WorkloadTransaction(
        (0..<Self.nodes).map {
          .write(.int($0), StateValue.value(($0 + 1) % Self.nodes, by: -1))
        })
    ]
  }

  /// A swap, or one time in four a read of the ring.
  ///
  /// Of *a*, *b*, *c*, *d*, one after the other, a swap makes *a*, *c*, *b*, *d*.
  public func transaction(_ number: Int) -> WorkloadTransaction {
    var random = SplitMix64(seed: seed, transaction: number)
    if random.below(4) == 0 { return Self.walk(from: random.below(Self.nodes)) }
    let a = random.below(Self.nodes)
    return WorkloadTransaction { done in
      let read = done.prefix(3).compactMap { StateValue.number($0) }
      guard read.count == min(done.count, 3) else { return nil }
      let path = [a] + read
      guard Set(path).count == path.count else { return nil }
      switch done.count {
      case 0...2: return .read(.int(path[done.count]), nil)
      case 3: return .write(.int(path[0]), StateValue.value(path[2], by: number))
      case 4: return .write(.int(path[1]), StateValue.value(path[3], by: number))
      case 5: return .write(.int(path[2]), StateValue.value(path[1], by: number))
      default: return nil
      }
    }
  }

  /// Reads the ring.
  public func last(after count: Int) -> [WorkloadTransaction] { [Self.walk(from: 0)] }

  /// Follows the ring from a node, for as many steps as there are nodes.
  private static func walk(from start: Int) -> WorkloadTransaction {
    WorkloadTransaction(isReadOnly: true) { done in
      guard done.count < nodes else { return nil }
      guard let last = done.last else { return .read(.int(start), nil) }
      guard let next = StateValue.number(last), next != start else { return nil }
      return .read(.int(next), nil)
    }
  }

  /// Reads of the ring that do not come back to their beginning after all nodes.
  public func violations(in history: History) -> [String] {
    history.violations { operations in
      guard let start = operations.first?.register?.key,
        operations.allSatisfy({ !$0.isWrite })
      else { return nil }
      let visited = operations.compactMap { $0.register?.key }
      guard let last = operations.last, let end = StateValue.number(last) else {
        return "a node of the ring is not there"
      }
      if .int(end) == start, visited.count == Self.nodes, Set(visited).count == Self.nodes {
        return nil
      }
      return "from node \(start) the ring leads to node \(end) in \(visited.count) steps,"
        + " and not back after \(Self.nodes)"
    }
  }
}
