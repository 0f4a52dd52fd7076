// SPDX-License-Identifier: Apache-2.0

/// A row of transactions, any stretch of which can be the target of an edge.
///
/// A tree of nodes that are no transactions stands over the row: a stretch costs O(log *n*) edges, however long it is.
struct TargetTree {
  /// A transaction and the name of what it wrote.
  struct Target {
    var transaction: Int32
    var value: Int32
  }

  let targets: [Target]
  private let key: Int32
  /// The node of each place in the tree, the root at 1; `none` where there is none yet.
  private var nodes: [Int32]
  private let width: Int

  init(_ targets: [Target], key: Int32) {
    self.targets = targets
    self.key = key
    var width = 1
    while width < targets.count { width *= 2 }
    self.width = width
    nodes = [Int32](repeating: History.none, count: 2 * width)
  }

  /// Adds edges from a transaction to all targets but some.
  ///
  /// - Parameters:
  ///   - edge: The edge, without its target; `b` is filled in.
  ///   - excluded: The places in the row to leave out, in order.
  ///   - graph: Takes the edges.
  mutating func connect(
    _ edge: Edge, excluding excluded: [Int], in graph: inout DependencyGraphBuilder
  ) {
    var start = 0
    for place in excluded + [targets.count] {
      connect(edge, to: start..<max(start, place), in: &graph)
      start = place + 1
    }
  }

  /// Adds edges from a transaction to a stretch of the row.
  mutating func connect(
    _ edge: Edge, to stretch: Range<Int>, in graph: inout DependencyGraphBuilder
  ) {
    var (low, high) = (stretch.lowerBound + width, stretch.upperBound + width)
    while low < high {
      if low & 1 == 1 {
        connect(edge, toPlace: low, in: &graph)
        low += 1
      }
      if high & 1 == 1 {
        high -= 1
        connect(edge, toPlace: high, in: &graph)
      }
      low /= 2
      high /= 2
    }
  }

  private mutating func connect(
    _ edge: Edge, toPlace place: Int, in graph: inout DependencyGraphBuilder
  ) {
    var edge = edge
    if place >= width {
      let target = targets[place - width]
      (edge.target, edge.b) = (target.transaction, target.value)
    } else {
      edge.target = node(place, in: &graph)
    }
    graph.add(edge)
  }

  private mutating func node(_ place: Int, in graph: inout DependencyGraphBuilder) -> Int32 {
    if nodes[place] != History.none { return nodes[place] }
    let node = graph.addNode()
    nodes[place] = node
    let onward = Edge(source: node, target: node, dependency: [], proof: .onward, key: key)
    for child in [2 * place, 2 * place + 1] where firstLeaf(below: child) < targets.count {
      connect(onward, toPlace: child, in: &graph)
    }
    return node
  }

  private func firstLeaf(below place: Int) -> Int {
    var place = place
    while place < width { place *= 2 }
    return place - width
  }
}
