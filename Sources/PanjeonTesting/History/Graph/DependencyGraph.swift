// SPDX-License-Identifier: Apache-2.0

/// Transactions and what follows from one to the other.
///
/// The first nodes are the transactions. The others stand for sets of them, so that a read that precedes a thousand writes
/// needs no thousand edges; their edges go onward at no cost and always may be followed.
package struct DependencyGraph: Sendable {
  /// How many nodes are transactions.
  package let transactionCount: Int
  /// All edges, those of one source together.
  package let edges: [Edge]
  /// Where the edges of each node begin in `edges`.
  package let offsets: [Int32]

  package var nodeCount: Int { offsets.count - 1 }

  /// The edges of a node.
  package func edges(from node: Int32) -> Range<Int> {
    Int(offsets[Int(node)])..<Int(offsets[Int(node) + 1])
  }

  /// Orders edges by their source.
  package init(_ builder: borrowing DependencyGraphBuilder) {
    transactionCount = builder.transactionCount
    var offsets = [Int32](repeating: 0, count: builder.nodeCount + 1)
    for edge in builder.edges { offsets[Int(edge.source) + 1] += 1 }
    for node in 0..<builder.nodeCount { offsets[node + 1] += offsets[node] }
    var next = offsets
    var order = [Int32](repeating: 0, count: builder.edges.count)
    for index in builder.edges.indices {
      let source = Int(builder.edges[index].source)
      order[Int(next[source])] = Int32(index)
      next[source] += 1
    }
    edges = order.map { builder.edges[Int($0)] }
    self.offsets = offsets
  }
}

/// Collects edges.
package struct DependencyGraphBuilder: Sendable {
  package let transactionCount: Int
  package private(set) var nodeCount: Int
  package private(set) var edges: [Edge] = []

  package init(transactionCount: Int) {
    self.transactionCount = transactionCount
    nodeCount = transactionCount
  }

  /// Adds a node that is no transaction.
  package mutating func addNode() -> Int32 {
    nodeCount += 1
    return Int32(nodeCount - 1)
  }

  /// Adds an edge, but not from a node to itself.
  package mutating func add(_ edge: Edge) {
    if edge.source != edge.target { edges.append(edge) }
  }
}
