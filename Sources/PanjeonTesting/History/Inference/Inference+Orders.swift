// SPDX-License-Identifier: Apache-2.0

extension Inference {
  /// Adds an edge from each committed transaction of a process to its next.
  mutating func connectProcesses() {
    var last: [Int: Int32] = [:]
    for (index, transaction) in history.transactions.enumerated() where transaction.status != .fail
    {
      let number = Int32(index)
      if let before = last[transaction.process] {
        graph.add(
          Edge(source: before, target: number, dependency: .process, proof: .process))
      }
      last[transaction.process] = number
    }
  }

  /// Adds paths from each transaction that ended to those that began after it.
  ///
  /// Ends are strung on a chain of nodes that are no transactions, so that *n* transactions need O(*n*) edges.
  mutating func connectRealtime() {
    let transactions = history.transactions
    let numbers = transactions.indices.filter { transactions[$0].status != .fail }
    let begins = numbers.sorted {
      transactions[$0].invocationTime < transactions[$1].invocationTime
    }
    let ends = committed.sorted {
      transactions[Int($0)].completionTime < transactions[Int($1)].completionTime
    }
    var next = 0
    var chain = History.none
    for begin in begins {
      let first = next
      while next < ends.count,
        transactions[Int(ends[next])].completionTime < transactions[begin].invocationTime
      {
        next += 1
      }
      if next > first {
        let node = graph.addNode()
        for end in ends[first..<next] {
          graph.add(Edge(source: end, target: node, dependency: .realtime, proof: .realtime))
        }
        if chain != History.none {
          graph.add(Edge(source: chain, target: node, dependency: [], proof: .onward))
        }
        chain = node
      }
      if chain == History.none { continue }
      graph.add(Edge(source: chain, target: Int32(begin), dependency: [], proof: .onward))
    }
  }
}
