// SPDX-License-Identifier: Apache-2.0

/// Transactions that all, or all but one, are sources of the same edges.
///
/// Two chains of nodes that are no transactions lead past them, one from the front and one from the back: an edge from all of
/// them but one costs two edges, however many they are.
struct SourceChain {
  private let sources: [Int32]
  /// After the node of each place come all sources up to it.
  private var fromFront: [Int32] = []
  private var fromBack: [Int32] = []

  /// Adds the chains to a graph.
  ///
  /// - Parameters:
  ///   - sources: The transactions, each once, in order.
  ///   - edge: What leads from each of them, without a source and a target.
  ///   - graph: Takes the edges.
  init(_ sources: [Int32], _ edge: Edge, in graph: inout DependencyGraphBuilder) {
    self.sources = sources
    fromFront = Self.chain(sources, edge, &graph)
    fromBack = Self.chain(sources.reversed(), edge, &graph).reversed()
  }

  private static func chain(
    _ sources: [Int32], _ edge: Edge, _ graph: inout DependencyGraphBuilder
  ) -> [Int32] {
    var nodes: [Int32] = []
    for source in sources {
      var edge = edge
      let node = graph.addNode()
      (edge.source, edge.target) = (source, node)
      graph.add(edge)
      if let last = nodes.last {
        graph.add(Edge(source: last, target: node, dependency: [], proof: .onward, key: edge.key))
      }
      nodes.append(node)
    }
    return nodes
  }

  /// Adds edges from all sources, but not from the target itself.
  func connect(
    to target: Int32, value: Int32, key: Int32, in graph: inout DependencyGraphBuilder
  ) {
    let place = firstPlace(notBefore: target)
    let isSource = place < sources.count && sources[place] == target
    let behind = isSource ? place + 1 : place
    func connect(_ node: Int32) {
      graph.add(
        Edge(source: node, target: target, dependency: [], proof: .onward, key: key, b: value))
    }
    if place > 0 { connect(fromFront[place - 1]) }
    if behind < sources.count { connect(fromBack[behind]) }
  }

  private func firstPlace(notBefore transaction: Int32) -> Int {
    var (low, high) = (0, sources.count)
    while low < high {
      let middle = (low + high) / 2
      if sources[middle] < transaction { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
