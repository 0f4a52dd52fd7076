// SPDX-License-Identifier: Apache-2.0

/// Finds the cycles that a level forbids.
struct CycleFinder {
  /// What was found.
  struct Result {
    /// The shortest cycles, the worst sorts first.
    var cycles: [Cycle] = []
    /// Components that have a forbidden cycle, but none was found within the budget.
    var unclassified: [[Int32]] = []
    /// Whether a search ended early, so that there may be more.
    var isCutOff = false
  }

  private let graph: DependencyGraph
  private let level: ConsistencyLevel
  private let options: HistoryChecker.Options
  /// Always followed besides.
  private let extra: Dependency
  private var result = Result()
  private var counts: [String: Int] = [:]
  /// Transactions of components in which a cycle was found by an order that demands less.
  private var covered: Set<Int32> = []

  /// Prepares a search.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - level: What forbids.
  ///   - options: Bounds.
  ///   - extra: Edges that may be followed besides those of the level.
  init(
    _ graph: DependencyGraph, _ level: ConsistencyLevel, _ options: HistoryChecker.Options,
    extra: Dependency = []
  ) {
    self.graph = graph
    self.level = level
    self.options = options
    self.extra = extra
  }

  /// Searches.
  consuming func find() -> Result {
    let all = StrongComponents(graph, allowing: level.dependencies.union(extra))
    if all.cyclic.isEmpty { return result }
    var search = CycleSearch(graph, edgesMax: options.searchedEdgesMax)
    for order in level.orders {
      find(order, order.dependencies.union(extra), &search)
      if order != .none { find(order, order.dependencies.union([.inferred, extra]), &search) }
    }
    if level.forbidsEveryCycle {
      result.unclassified = all.cyclic.map(\.transactions).filter {
        !$0.contains(where: covered.contains)
      }
    }
    return result
  }

  private mutating func find(
    _ order: Anomaly.Order, _ orders: Dependency, _ search: inout CycleSearch
  ) {
    let data = level.dependencies.intersection([.ww, .wr, .rw, .predicate])
    let homes = StrongComponents(graph, allowing: data.union(orders))
    var isCovered: Set<Int32> = []
    for home in homes.cyclic where home.transactions.contains(where: covered.contains) {
      isCovered.insert(home.component)
    }
    /// The levels that the cycles found in each component violate.
    var violated: [Int32: Set<ConsistencyLevel>] = [:]
    var components: (dependencies: Dependency, StrongComponents)?
    for cycleClass in CycleClass.all
    where level.forbids(cycleClass.kind, order: order, usesPredicate: cycleClass.usesPredicate) {
      let dependencies = cycleClass.first.union(cycleClass.rest).union(orders)
      let parts =
        if let components, components.dependencies == dependencies {
          components.1
        } else { StrongComponents(graph, allowing: dependencies) }
      components = (dependencies, parts)
      let violates = Set(
        ConsistencyLevel.allCases.filter {
          $0.forbids(cycleClass.kind, order: order, usesPredicate: cycleClass.usesPredicate)
        })
      for part in parts.cyclic {
        let home = homes.component[Int(part.transactions[0])]
        if isCovered.contains(home) || violates.isSubset(of: violated[home] ?? []) { continue }
        let (cycle, isCutOff) = search.shortest(in: part.transactions, cycleClass, orders, parts)
        if isCutOff { result.isCutOff = true }
        guard let cycle else { continue }
        violated[home, default: []].formUnion(violates)
        covered.formUnion(cycle.transactions)
        keep(cycle)
      }
    }
  }

  private mutating func keep(_ cycle: Cycle) {
    let name = cycle.kind.rawValue + cycle.order.rawValue
    let count = counts[name, default: 0]
    counts[name] = count + 1
    if count < options.anomaliesMax { result.cycles.append(cycle) }
  }
}
