// SPDX-License-Identifier: Apache-2.0

/// A step of a cycle from one transaction to another.
package struct Hop: Sendable {
  package var source: Int32
  package var target: Int32
  package var dependency: Dependency
  package var proof: Proof
  package var key: Int32
  package var a: Int32
  package var b: Int32
}

/// A cycle of transactions.
package struct Cycle: Sendable {
  package private(set) var hops: [Hop]

  /// Makes a cycle of edges, of which some may lead to and from nodes that are no transactions.
  init(_ edges: [Edge], transactionCount: Int) {
    hops = []
    var isOnward = false
    for edge in edges {
      if isOnward {
        hops[hops.count - 1].target = edge.target
        if hops[hops.count - 1].b == History.none { hops[hops.count - 1].b = edge.b }
      } else {
        hops.append(
          Hop(
            source: edge.source, target: edge.target, dependency: edge.dependency,
            proof: edge.proof, key: edge.key, a: edge.a, b: edge.b))
      }
      isOnward = edge.target >= transactionCount
    }
    simplify()
    rotate()
  }

  /// Takes the inner loop where the cycle passes a transaction twice.
  ///
  /// If the cycle has no two `rw` in a row, neither has the loop: it begins right after an edge of the cycle, as it did there
  /// or with one that is no `rw`.
  private mutating func simplify() {
    var place: [Int32: Int] = [:]
    for (index, hop) in hops.enumerated() {
      place[hop.source] = index
      if let start = place[hop.target], start > 0 || index < hops.count - 1 {
        hops = Array(hops[start...index])
        return
      }
    }
  }

  /// Begins with the first transaction of the file.
  private mutating func rotate() {
    guard let first = hops.indices.min(by: { hops[$0].source < hops[$1].source }) else { return }
    hops = Array(hops[first...] + hops[..<first])
  }

  package var transactions: [Int32] { hops.map(\.source) }

  /// The narrowest sort of anomaly that it is.
  package var kind: Anomaly.Kind {
    let isRW = hops.map { $0.dependency.contains(.rw) }
    let count = isRW.count { $0 }
    if count == 0 { return hops.contains { $0.dependency.contains(.wr) } ? .g1c : .g0 }
    if count == 1 { return .gSingle }
    let hasTwoInARow = isRW.indices.contains { isRW[$0] && isRW[($0 + 1) % isRW.count] }
    if !hasTwoInARow { return .gNonadjacent }
    return usesPredicate ? .g2 : .g2Item
  }

  package var usesPredicate: Bool { hops.contains { $0.dependency.contains(.predicate) } }

  package var order: Anomaly.Order {
    if hops.contains(where: { $0.dependency.contains(.realtime) }) { return .realtime }
    return hops.contains { $0.dependency.contains(.process) } ? .process : .none
  }
}
