// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// The graph with a choice made for everything that the history leaves open.
  ///
  /// A level holds if there is one choice by which it does. The choice is made by an order of the transactions that agrees with
  /// what is known, and is the order of their ends otherwise.
  ///
  /// - Parameters:
  ///   - known: The graph of what is known.
  ///   - level: The level to be shown.
  /// - Returns: The graph, and whether it takes a delete to have happened of which that is not known; nil if nothing is open.
  func graphWithChoices(
    _ known: DependencyGraph, for level: ConsistencyLevel
  ) -> (graph: DependencyGraph, takesUnknownDelete: Bool)? {
    let position = positions(known, level.orderingDependencies)
    var builder = graph
    let count = builder.edges.count
    var takesUnknownDelete = false
    for list in lists where list.unread.count > 1 {
      assumeOrder(list.unread, readers: [:], list.name, position, &builder)
    }
    for register in registers where register.versions.count > 1 && !register.isConflicting {
      let readers = Dictionary(grouping: register.reads.filter(\.isUsable), by: \.value)
      assumeOrder(register.versions, readers: readers, register.name, position, &builder)
    }
    for scan in openScans {
      if !scan.settledBy.isEmpty, scan.settledBy.isSubset(of: level.dependencies) { continue }
      assume(scan, position, &builder)
      let isAfter = position[Int(scan.scan)] > position[Int(scan.insert)]
      if isAfter, !happened[Int(scan.delete)] { takesUnknownDelete = true }
    }
    return builder.edges.count == count ? nil : (DependencyGraph(builder), takesUnknownDelete)
  }

  private func assumeOrder(
    _ versions: [TargetTree.Target], readers: [Int32: [RegisterKey.Read]], _ key: Int32,
    _ position: [Int32], _ builder: inout DependencyGraphBuilder
  ) {
    let order = versions.sorted {
      position[Int($0.transaction)] < position[Int($1.transaction)]
    }
    for (before, after) in zip(order, order.dropFirst()) {
      builder.add(
        Edge(
          source: before.transaction, target: after.transaction, dependency: [.ww, .assumed],
          proof: .wroteAfter, key: key, a: before.value, b: after.value))
      for read in readers[before.value] ?? [] {
        builder.add(
          Edge(
            source: read.transaction, target: after.transaction, dependency: [.rw, .assumed],
            proof: .missedWrite, key: key, a: before.value, b: after.value))
      }
    }
  }

  private func assume(
    _ open: OpenScan, _ position: [Int32], _ builder: inout DependencyGraphBuilder
  ) {
    if position[Int(open.scan)] < position[Int(open.insert)] {
      builder.add(
        Edge(
          source: open.scan, target: open.insert, dependency: [.rw, .predicate, .assumed],
          proof: .missedInsert, key: open.range, b: open.id))
    } else {
      builder.add(
        Edge(
          source: open.delete, target: open.scan, dependency: [.wr, .assumed],
          proof: .scannedDelete, key: open.range, b: open.id))
    }
  }

  /// The place of each node in an order that follows the edges, if it can, and the ends of transactions otherwise.
  ///
  /// The reverse of a depth-first search's postorder, whose roots are taken from the last that ended to the first.
  private func positions(_ known: DependencyGraph, _ allowed: Dependency) -> [Int32] {
    let transactions = history.transactions
    let roots = transactions.indices.sorted { end(transactions[$0]) > end(transactions[$1]) }
    var position = [Int32](repeating: History.none, count: known.nodeCount)
    var isSeen = [Bool](repeating: false, count: known.nodeCount)
    var next = Int32(known.nodeCount)
    var frames: [(node: Int32, edge: Int)] = []
    for root in roots where !isSeen[root] {
      isSeen[root] = true
      frames.append((Int32(root), Int(known.offsets[root])))
      while let (node, index) = frames.last {
        if index == Int(known.offsets[Int(node) + 1]) {
          frames.removeLast()
          next -= 1
          position[Int(node)] = next
          continue
        }
        frames[frames.count - 1].edge += 1
        let edge = known.edges[index]
        if isSeen[Int(edge.target)] || !edge.dependency.isSubset(of: allowed) { continue }
        isSeen[Int(edge.target)] = true
        frames.append((edge.target, Int(known.offsets[Int(edge.target)])))
      }
    }
    return position
  }

  private func end(_ transaction: History.Transaction) -> Int {
    transaction.status == .ok ? transaction.completionTime : transaction.invocationTime
  }
}
