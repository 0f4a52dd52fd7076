// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import Testing
import WideColumn

/// Holds the simulated store against the embedded one: what both are asked, both answer alike.
@Suite("SimulatedStore")
struct SimulatedStoreTests {
  private static let tables = [
    TableSchema(
      name: "m",
      families: [
        ColumnFamily("a"), ColumnFamily("b", versionsMax: 3),
        ColumnFamily("c", versionsMax: 2, versionsMin: 1, timeToLive: .microseconds(4)),
      ]),
    TableSchema(
      name: "locked",
      families: [.lock, ColumnFamily("a", versionsMax: 2), ColumnFamily("b"), ColumnFamily("c")]),
  ]

  private struct Stores {
    let simulation: Simulation
    let simulated: SimulatedStore
    let embedded: EmbeddedStore
    let clock = ManualTimeSource()

    init(seed: UInt64) async throws {
      simulation = Simulation(seed: seed)
      simulated = try SimulatedStore(simulation, tables: SimulatedStoreTests.tables)
      var configuration = StoreConfiguration()
      configuration.fileSystem = InMemoryFileSystem()
      configuration.timeSource = clock
      embedded = try await EmbeddedStore.open(at: "/store", configuration: configuration)
      for table in SimulatedStoreTests.tables { try await embedded.createTable(table) }
    }

    /// Lets time pass in the simulation, and has the other clock follow.
    func pass() throws {
      let before = simulation.nanoseconds
      try simulation.run(clients: 1) { try await $0.clock.sleep(for: .microseconds(2)) }
      clock.advance(by: .nanoseconds(Int64(simulation.nanoseconds - before)))
    }

    var now: Int64 { clock.wallClockMicroseconds() }
  }

  /// What a call came to, without what the two need not have in common.
  private static func answer(_ body: () async throws -> String) async throws -> String {
    do {
      return try await body()
    } catch let error as StoreError {
      return error.code.description
    }
  }

  private static func text(_ outcome: AtomicBatchOutcome) -> String {
    // Any of the rows that have changed may be named.
    if case .rangeChanged = outcome { return "rangeChanged" }
    return "\(outcome)"
  }

  private static func text(_ row: RowResult?) -> String {
    guard let row else { return "nothing" }
    let cells = row.map { "\($0.column) \($0.timestamp) \(Array($0.value))" }
    return "\(Array(row.row)) \(cells)"
  }

  @Test("Batches, reads and scans, now and at snapshots, are answered as by the embedded store")
  func agrees() async throws {
    TestSeed.announce("the simulated store against the embedded one")
    var seeds = SplitMix64(seed: TestSeed.value)
    var counts: [String: Int] = [:]
    for _ in 0..<(20 * TestSeed.effort) { try await run(seed: seeds.next(), &counts) }
    print(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
  }

  private func run(seed: UInt64, _ counts: inout [String: Int]) async throws {
    let stores = try await Stores(seed: seed)
    var draw = StoreCallGenerator(seed: seed)
    var snapshots: [(SimulatedSnapshot, StoreSnapshot)] = []
    for step in 0..<300 {
      if draw.random.chance(0.05) { try stores.pass() }
      if draw.random.chance(0.1) {
        let level: SnapshotLevel = draw.random.chance(0.5) ? .visible : .sequenced
        snapshots.append(
          (try stores.simulated.snapshot(level), try stores.embedded.snapshot(level)))
        if snapshots.count > 4 { snapshots.removeFirst() }
      }
      let pair = snapshots.isEmpty ? nil : snapshots[draw.random.below(snapshots.count)]
      let (name, ours, theirs) = try await call(&draw, stores, pair)
      counts["\(name) \(ours.prefix { $0 != " " && $0 != "(" && $0 != "[" })", default: 0] += 1
      #expect(ours == theirs, "PANJEON_SEED=\(TestSeed.value), seed \(seed), step \(step): \(name)")
      if ours != theirs { return }
    }
    try await stores.embedded.close()
  }

  /// Makes a call of both; returns what it is and the two answers.
  private func call(
    _ draw: inout StoreCallGenerator, _ stores: Stores, _ pair: (SimulatedSnapshot, StoreSnapshot)?
  ) async throws -> (String, String, String) {
    let table = draw.random.chance(0.8) ? "m" : "locked"
    switch draw.random.below(10) {
    case 0..<5:
      let batch = draw.batch(in: table, now: stores.now, hasSnapshot: pair != nil)
      let ours = try await Self.answer {
        Self.text(try await stores.simulated.commit(batch, since: pair?.0, durability: .memory))
      }
      let theirs = try await Self.answer {
        Self.text(try await stores.embedded.commit(batch, since: pair?.1, durability: .memory))
      }
      return ("commit", ours, theirs)
    case 5:
      let change = draw.readModifyWrite(now: stores.now)
      let ours = try await Self.answer {
        Self.text(
          try await stores.simulated.readModifyWrite(change, in: "m", durability: .memory))
      }
      let theirs = try await Self.answer {
        Self.text(try await stores.embedded.readModifyWrite(change, in: "m", durability: .memory))
      }
      return ("readModifyWrite", ours, theirs)
    case 6, 7:
      let get = draw.get()
      let ours = try await Self.answer {
        guard let pair else { return Self.text(try await stores.simulated.get(get, in: table)) }
        return Self.text(try await stores.simulated.get(get, in: table, at: pair.0))
      }
      let theirs = try await Self.answer {
        guard let pair else { return Self.text(try await stores.embedded.get(get, in: table)) }
        return Self.text(try await stores.embedded.get(get, in: table, at: pair.1))
      }
      return ("get", ours, theirs)
    default:
      let scan = draw.scan()
      let ours = try await Self.answer {
        guard let pair else { return try await all(stores.simulated.scan(scan, in: table)) }
        return try await all(stores.simulated.scan(scan, in: table, at: pair.0))
      }
      let theirs = try await Self.answer {
        guard let pair else { return try await all(stores.embedded.scan(scan, in: table)) }
        return try await all(stores.embedded.scan(scan, in: table, at: pair.1))
      }
      return ("scan", ours, theirs)
    }
  }

  private func all(_ cursor: some RowCursor) async throws -> String {
    var cursor = cursor
    var rows: [String] = []
    while let row = try await cursor.next() { rows.append(Self.text(row)) }
    return rows.joined(separator: "; ")
  }

  @Test("A restart loses what was not synced, and refuses snapshots that have seen it")
  func restart() throws {
    var faults = FaultPlan()
    faults[.restart] = 1
    faults.faultsMax = 1
    var lost = 0
    for seed in 0..<50 as Range<UInt64> {
      let simulation = Simulation(seed: seed, faults: faults)
      let store = try SimulatedStore(simulation, tables: [Self.tables[0]])
      let put = RowMutations(
        "r", [.put(Column(family: "a", qualifier: "q"), timestamp: 1, value: "v")])
      try simulation.run(clients: 1, injectingFaults: false) { process in
        try await store.connected(as: process).mutate(put, in: "m", durability: .memory)
      }
      let before = try store.snapshot(.sequenced)
      // The restart comes at the first call.
      try simulation.run(clients: 1) { process in
        _ = try await store.connected(as: process).get(Get("r"), in: "m")
      }
      #expect(simulation.faultCounts[.restart] == 1)
      let isThere = try !store.rows(of: "m").isEmpty
      if !isThere { lost += 1 }
      try simulation.run(clients: 1) { process in
        let mine = store.connected(as: process)
        do throws(StoreError) {
          _ = try await mine.get(Get("r"), in: "m", at: before)
          #expect(isThere)
        } catch {
          #expect(error.code == .snapshotTooOld && !isThere)
        }
        do throws(StoreError) {
          _ = try await mine.commit(AtomicBatch(), since: before, durability: .disk)
          #expect(isThere)
        } catch {
          #expect(error.code == .snapshotTooOld && !isThere)
        }
      }
    }
    #expect(lost > 0)
  }
}
