// SPDX-License-Identifier: Apache-2.0

/// Who read a version of a register.
private struct Readers {
  /// The transactions, each once, in the order of the file.
  private(set) var transactions: [Int32] = []
  /// What leads from all of them, by the order that it takes.
  private var chains: [Dependency: SourceChain] = [:]

  /// How many readers are given an edge each.
  private static let separateMax = 2

  mutating func add(_ transaction: Int32) {
    if transactions.last != transaction { transactions.append(transaction) }
  }

  /// Adds edges from all of them to the target of an edge.
  mutating func connect(_ edge: Edge, in graph: inout DependencyGraphBuilder) {
    if transactions.count <= Self.separateMax {
      for transaction in transactions {
        var edge = edge
        edge.source = transaction
        graph.add(edge)
      }
      return
    }
    var general = edge
    general.b = History.none
    let chain = chains[edge.dependency] ?? SourceChain(transactions, general, in: &graph)
    chains[edge.dependency] = chain
    chain.connect(to: edge.target, value: edge.b, key: edge.key, in: &graph)
  }
}

extension Inference {
  /// Adds the edges of registers.
  ///
  /// A read follows its write. The order of versions comes from transactions that read one and write another, from nothing
  /// being there at first, and, where that order counts, from processes and real time.
  mutating func connectRegisters(trusting trusted: Dependency) {
    for place in registers.indices {
      registers[place].versions = registers[place].writes.compactMap {
        guard $0.write.isFinal, happened[Int($0.write.transaction)] else { return nil }
        return TargetTree.Target(transaction: $0.write.transaction, value: $0.value)
      }
      let register = registers[place]
      var readers = connectReads(register)
      if register.isConflicting { continue }
      connectFirst(register, readers[History.none]?.transactions ?? [])
      let writers = Dictionary(
        uniqueKeysWithValues: register.versions.map { ($0.value, $0.transaction) })
      for succession in register.successions where succession.from != History.none {
        connect(register, &readers, writers, succession.from, succession.to, [])
      }
      connectInOrder(register, &readers, writers, trusting: trusted)
    }
  }

  private mutating func connectReads(_ register: RegisterKey) -> [Int32: Readers] {
    var readers: [Int32: Readers] = [:]
    for read in register.reads where read.isUsable {
      readers[read.value, default: Readers()].add(read.transaction)
      guard read.value != History.none,
        let write = history.writes.write(key: register.name, value: read.value),
        happened[Int(write.transaction)]
      else { continue }
      graph.add(
        Edge(
          source: write.transaction, target: read.transaction, dependency: .wr,
          proof: .readRegister, key: register.name, a: read.value))
    }
    return readers
  }

  /// Who found nothing there precedes every write.
  private mutating func connectFirst(_ register: RegisterKey, _ readers: [Int32]) {
    if readers.isEmpty { return }
    var tree = TargetTree(register.versions, key: register.name)
    let places = Dictionary(
      uniqueKeysWithValues: register.versions.enumerated().map { ($1.transaction, $0) })
    for reader in readers {
      let edge = Edge(
        source: reader, target: reader, dependency: .rw, proof: .missedWrite, key: register.name)
      tree.connect(edge, excluding: [places[reader]].compactMap { $0 }, in: &graph)
    }
  }

  /// Adds the edges of one version that comes before another.
  private mutating func connect(
    _ register: RegisterKey, _ readers: inout [Int32: Readers], _ writers: [Int32: Int32],
    _ from: Int32, _ to: Int32, _ order: Dependency
  ) {
    guard from != to, let writer = writers[to] else { return }
    if let before = writers[from] {
      graph.add(
        Edge(
          source: before, target: writer,
          dependency: order.union(order.isEmpty ? .ww : [.ww, .inferred]), proof: .wroteAfter,
          key: register.name, a: from, b: to))
    }
    let edge = Edge(
      source: writer, target: writer, dependency: order.union(.rw), proof: .missedWrite,
      key: register.name, a: from, b: to)
    readers[from]?.connect(edge, in: &graph)
  }

  /// Adds the order of versions that processes and real time give.
  private mutating func connectInOrder(
    _ register: RegisterKey, _ readers: inout [Int32: Readers], _ writers: [Int32: Int32],
    trusting trusted: Dependency
  ) {
    let uses = register.uses.sorted {
      let (a, b) = ($0.transaction, $1.transaction)
      return history.transactions[Int(a)].invocationTime
        < history.transactions[Int(b)].invocationTime
    }
    var last: [Int: RegisterKey.Use] = [:]
    var succeeded: Set<[Int32]> = []
    for use in register.uses {
      let process = history.transactions[Int(use.transaction)].process
      if let before = last.updateValue(use, forKey: process),
        succeeded.insert([before.last, use.first]).inserted
      {
        connect(
          register, &readers, writers, before.last, use.first,
          Dependency.process.subtracting(trusted))
      }
    }
    var known: Set<[Int32]> = []
    let ended = uses.sorted { end(of: $0) < end(of: $1) }
    var next = 0
    var frontier: [RegisterKey.Use] = []
    for use in uses {
      let start = history.transactions[Int(use.transaction)].invocationTime
      while next < ended.count, end(of: ended[next]) < start {
        let begin = history.transactions[Int(ended[next].transaction)].invocationTime
        frontier.removeAll { end(of: $0) < begin }
        frontier.append(ended[next])
        next += 1
      }
      for before in frontier where known.insert([before.last, use.first]).inserted {
        connect(
          register, &readers, writers, before.last, use.first,
          Dependency.realtime.subtracting(trusted))
      }
    }
  }

  private func end(of use: RegisterKey.Use) -> Int {
    history.transactions[Int(use.transaction)].completionTime
  }
}
