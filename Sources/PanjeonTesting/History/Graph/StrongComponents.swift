// SPDX-License-Identifier: Apache-2.0

/// The strongly connected components of a graph (Tarjan, *Depth-first search and linear graph algorithms*, 1972).
///
/// Iterative: a history is deeper than any stack.
package struct StrongComponents: Sendable {
  /// The component of each node.
  package private(set) var component: [Int32]
  /// The transactions of each component that has more than one, by their number; the others are left out.
  package private(set) var cyclic: [(component: Int32, transactions: [Int32])] = []

  private let graph: DependencyGraph
  private let allowed: Dependency
  private var index: [Int32]
  private var low: [Int32]
  private var stack: [Int32] = []
  private var frames: [(node: Int32, next: Int)] = []
  private var nextIndex: Int32 = 0
  private var componentCount: Int32 = 0

  /// Finds the components.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - allowed: Edges that need anything else are left out.
  /// - Complexity: O(nodes + edges).
  package init(_ graph: DependencyGraph, allowing allowed: Dependency) {
    self.graph = graph
    self.allowed = allowed
    component = [Int32](repeating: History.none, count: graph.nodeCount)
    index = component
    low = component
    for node in 0..<Int32(graph.nodeCount) where index[Int(node)] == History.none {
      visit(node)
    }
    cyclic.sort { $0.transactions[0] < $1.transactions[0] }
    index = []
    low = []
  }

  private mutating func enter(_ node: Int32) {
    index[Int(node)] = nextIndex
    low[Int(node)] = nextIndex
    nextIndex += 1
    stack.append(node)
    frames.append((node, Int(graph.offsets[Int(node)])))
  }

  private mutating func visit(_ root: Int32) {
    enter(root)
    while let (node, next) = frames.last {
      if next < Int(graph.offsets[Int(node) + 1]) {
        frames[frames.count - 1].next += 1
        let edge = graph.edges[next]
        if !edge.dependency.isSubset(of: allowed) { continue }
        let target = Int(edge.target)
        if index[target] == History.none {
          enter(edge.target)
        } else if component[target] == History.none {
          low[Int(node)] = min(low[Int(node)], index[target])
        }
      } else {
        frames.removeLast()
        if low[Int(node)] == index[Int(node)] { close(node) }
        if let parent = frames.last?.node {
          low[Int(parent)] = min(low[Int(parent)], low[Int(node)])
        }
      }
    }
  }

  private mutating func close(_ root: Int32) {
    var transactions: [Int32] = []
    while let node = stack.popLast() {
      component[Int(node)] = componentCount
      if node < graph.transactionCount { transactions.append(node) }
      if node == root { break }
    }
    if transactions.count > 1 { cyclic.append((componentCount, transactions.sorted())) }
    componentCount += 1
  }
}
