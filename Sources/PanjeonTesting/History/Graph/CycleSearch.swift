// SPDX-License-Identifier: Apache-2.0

/// Finds the shortest cycle of a class, breadth first from each edge that one can begin with.
///
/// An edge to a node that is no transaction costs nothing; such a node is passed with the state in which it was reached.
struct CycleSearch {
  private let graph: DependencyGraph
  /// How many edges one search may look at; the first start is always followed to its end.
  private let edgesMax: Int
  /// When each node was reached, in each of four states: whether the last edge was `rw`, whether there was one but the first.
  private var reached: [Int32]
  private var arrival: [(edge: Int32, previous: Int32)]
  private var round: Int32 = 0
  private var level: [Int32] = []
  private var nextLevel: [Int32] = []
  private var edgeCount = 0

  private static let lastIsRW: Int32 = 1
  private static let hasSecondRW: Int32 = 2

  init(_ graph: DependencyGraph, edgesMax: Int) {
    self.graph = graph
    self.edgesMax = edgesMax
    reached = [Int32](repeating: 0, count: 4 * graph.nodeCount)
    arrival = [(edge: Int32, previous: Int32)](repeating: (0, -1), count: 4 * graph.nodeCount)
  }

  /// The shortest cycle of a class in a component.
  ///
  /// - Parameters:
  ///   - transactions: The component's transactions.
  ///   - cycleClass: The class.
  ///   - orders: The order edges, and others, that may be followed besides.
  ///   - components: The components of the graph.
  /// - Returns: The cycle, and whether the search ended before all starts had been tried.
  mutating func shortest(
    in transactions: [Int32], _ cycleClass: CycleClass, _ orders: Dependency,
    _ components: StrongComponents
  ) -> (cycle: Cycle?, isCutOff: Bool) {
    let allowed = cycleClass.rest.union(orders)
    let firstAllowed = cycleClass.first.union(orders)
    edgeCount = 0
    var best: [Edge]?
    var bestLength = Int.max
    for source in transactions {
      for index in graph.edges(from: source) {
        let edge = graph.edges[index]
        guard cycleClass.begins(with: edge), edge.dependency.isSubset(of: firstAllowed),
          components.component[Int(edge.target)] == components.component[Int(source)]
        else { continue }
        if edgeCount >= edgesMax { return (best.map(cycle), true) }
        if let (edges, length) = wayBack(
          index, cycleClass, allowed, components, shorterThan: bestLength)
        {
          (best, bestLength) = (edges, length)
          if length == 2 { return (best.map(cycle), false) }
        }
      }
    }
    return (best.map(cycle), false)
  }

  private func cycle(_ edges: [Edge]) -> Cycle {
    Cycle(edges, transactionCount: graph.transactionCount)
  }

  private mutating func wayBack(
    _ start: Int, _ cycleClass: CycleClass, _ allowed: Dependency, _ components: StrongComponents,
    shorterThan limit: Int
  ) -> (edges: [Edge], length: Int)? {
    let first = graph.edges[start]
    let component = components.component[Int(first.source)]
    round += 1
    level.removeAll(keepingCapacity: true)
    nextLevel.removeAll(keepingCapacity: true)
    let state: Int32 = cycleClass.isNonadjacent ? Self.lastIsRW : 0
    var length = first.target < graph.transactionCount ? 1 : 0
    if reach(first.target, state, edge: start, previous: -1) { level = [4 * first.target + state] }
    while !level.isEmpty, length + 1 < limit {
      while let place = level.popLast() {
        let (node, state) = (place / 4, place % 4)
        for index in graph.edges(from: node) {
          edgeCount += 1
          let edge = graph.edges[index]
          guard edge.dependency.isSubset(of: allowed),
            components.component[Int(edge.target)] == component,
            let next = follow(edge, state, cycleClass)
          else { continue }
          if edge.target == first.source {
            if cycleClass.isNonadjacent, next != Self.hasSecondRW { continue }
            return (path(to: place) + [edge], length + 1)
          }
          if !reach(edge.target, next, edge: index, previous: place) { continue }
          if edge.target < graph.transactionCount {
            nextLevel.append(4 * edge.target + next)
          } else {
            level.append(4 * edge.target + next)
          }
        }
      }
      swap(&level, &nextLevel)
      length += 1
    }
    return nil
  }

  /// The state after an edge; nil if it may not be followed.
  private func follow(_ edge: Edge, _ state: Int32, _ cycleClass: CycleClass) -> Int32? {
    if !cycleClass.isNonadjacent || edge.source >= graph.transactionCount { return state }
    if !edge.dependency.contains(.rw) { return state & Self.hasSecondRW }
    return state & Self.lastIsRW != 0 ? nil : Self.lastIsRW | Self.hasSecondRW
  }

  /// Notes how a node was reached in a state; false if it had been already.
  private mutating func reach(
    _ node: Int32, _ state: Int32, edge: Int, previous: Int32
  ) -> Bool {
    let place = Int(4 * node + state)
    if reached[place] == round { return false }
    reached[place] = round
    arrival[place] = (Int32(edge), previous)
    return true
  }

  private func path(to place: Int32) -> [Edge] {
    var edges: [Edge] = []
    var place = place
    while place >= 0 {
      let (edge, previous) = arrival[Int(place)]
      edges.append(graph.edges[Int(edge)])
      place = previous
    }
    return edges.reversed()
  }
}
