// SPDX-License-Identifier: Apache-2.0

import Logging
import PanjeonStorage
import PanjeonTesting
import PanjeonTransactions
import Synchronization
import Testing
import WideColumn

/// Concurrent transactions over a disk that crashes between any two calls.
@Suite("Transfers and crashes")
struct CrashingTransfersTests {
  static let clients = 6
  static let accounts = 6

  /// What each client has been promised so far, and the crashes taken.
  final class Recorder: Sendable {
    struct Taken: Sendable {
      var disk: InMemoryFileSystem
      var promised: [Int]
    }

    struct State: Sendable {
      var random: SplitMix64
      var onDisk = [Int](repeating: 0, count: CrashingTransfersTests.clients)
      var inSystem = [Int](repeating: 0, count: CrashingTransfersTests.clients)
      var isReady = false
      var taken: [Taken] = []
      weak var disk: InMemoryFileSystem?
    }

    let state: Mutex<State>

    init(seed: UInt64) {
      state = Mutex(State(random: SplitMix64(seed: seed)))
    }

    func observe(_ call: FileSystemCall) {
      guard call.changesDisk else { return }
      state.withLock { state in
        guard state.isReady, state.random.chance(0.1), let disk = state.disk else { return }
        if state.random.chance(0.3) {
          state.taken.append(Taken(disk: disk.killProcess(), promised: state.inSystem))
        } else {
          let promised = state.onDisk
          let kept = state.random.chance(0.5) ? 0.5 : 0.0
          state.taken.append(
            Taken(disk: disk.crash(keepingUnsynced: kept, using: &state.random), promised: promised)
          )
        }
      }
    }
  }

  private static func configuration(_ disk: InMemoryFileSystem) -> StoreConfiguration {
    var configuration = StoreConfiguration()
    configuration.fileSystem = disk
    configuration.memtableBytesMax = 32 << 10
    configuration.logSegmentBytes = 16 << 10
    configuration.logRetentionBytesMax = 64 << 10
    configuration.logger.logLevel = .critical
    return configuration
  }

  @Test("54, 64: after any crash no money is made or lost, and every promised transfer is there")
  func transfers() async throws {
    TestSeed.announce("transfers")
    var seeds = SplitMix64(seed: TestSeed.value)
    var examined = 0
    for _ in 0..<(15 * TestSeed.effort) { examined += try await run(seed: seeds.next()) }
    print("transfers: \(examined) crashes examined")
    #expect(examined > 150)
  }

  private func run(seed: UInt64) async throws -> Int {
    let recorder = Recorder(seed: seed)
    let disk = InMemoryFileSystem { call in recorder.observe(call) }
    recorder.state.withLock { $0.disk = disk }
    let store = try await EmbeddedStore.open(
      at: "/bank", configuration: Self.configuration(disk))
    try await store.createTable(
      TableSchema(name: "t", families: [.lock, ColumnFamily("data")]))
    let manager = TransactionManager(store: store, timeSource: SystemTimeSource(), seed: seed)
    try await manager.withTransaction { transaction in
      for account in 0..<Self.accounts { try transaction.set("account \(account)", 100) }
    }
    recorder.state.withLock { $0.isReady = true }
    try await withThrowingTaskGroup { group in
      for client in 0..<Self.clients {
        group.addTask { try await Self.work(client, manager, recorder, seed: seed) }
      }
      // Regions change under the transactions.
      let reshaping = Task { try await Self.reshape(store, seed: seed) }
      try await group.waitForAll()
      reshaping.cancel()
      _ = await reshaping.result
    }
    #expect(store.metrics.regions.splits > 0)
    try await store.close()
    let taken = recorder.state.withLock { $0.taken }
    for crash in taken { try await examine(crash, seed: seed) }
    return taken.count
  }

  /// Splits and merges the table's regions until it is cancelled.
  private static func reshape(_ store: EmbeddedStore, seed: UInt64) async throws {
    var random = SplitMix64(seed: seed ^ 0x5911)
    while !Task.isCancelled {
      let regions = try store.catalog.table("t").regions
      if regions.count > 1, random.below(5) < regions.count {
        let first = random.below(regions.count - 1)
        _ = try? await store.mergeRegions(regions[first].id, regions[first + 1].id)
      } else {
        let name = random.chance(0.5) ? "account" : "client"
        let row = Bytes(utf8: "\(name) \(random.below(accounts))")
        if !regions.contains(where: { $0.rows.start == row }) {
          try? await store.split(table: "t", at: row)
        }
      }
      try? await Task.sleep(for: .milliseconds(3))
    }
  }

  private static func work(
    _ client: Int, _ manager: TransactionManager<EmbeddedStore>, _ recorder: Recorder, seed: UInt64
  ) async throws {
    var random = SplitMix64(seed: seed ^ UInt64(client + 1) << 20)
    for number in 1...40 {
      let durability = Durability.allCases[random.below(3)]
      let from = "account \(random.below(accounts))"
      let to = "account \(random.below(accounts))"
      var options = TransactionOptions(durability: durability, deadline: .seconds(400))
      options.attemptsMax = 100_000
      try await manager.withTransaction(options) { transaction in
        let balance = try await transaction.value(from) ?? 0
        try transaction.set(from, balance - 1)
        let other = try await transaction.value(to) ?? 0
        try transaction.set(to, other + 1)
        try transaction.set("client \(client)", number)
        var count = Increment("total")
        count.add(family: "data", qualifier: "n")
        try transaction.increment(count, in: "t")
      }
      recorder.state.withLock { state in
        if durability == .disk { state.onDisk[client] = number }
        if durability >= .operatingSystem { state.inSystem[client] = number }
      }
    }
  }

  private func examine(_ crash: Recorder.Taken, seed: UInt64) async throws {
    let store = try await EmbeddedStore.open(
      at: "/bank", configuration: Self.configuration(crash.disk))
    let manager = TransactionManager(store: store, timeSource: SystemTimeSource(), seed: 1)
    let values = try await manager.withTransaction { try await $0.scanValues() }
    let money = values.filter { $0.key.hasPrefix("account") }.values.reduce(0, +)
    #expect(money == Self.accounts * 100, "seed \(seed): \(values)")
    let total = try await store.get(Get("total"), in: "t")?
      .value(family: "data", qualifier: "n").flatMap(Int64.init(counterValue:))
    let counted = values.filter { $0.key.hasPrefix("client") }.values.reduce(0, +)
    #expect(total ?? 0 == Int64(counted), "seed \(seed): \(values)")
    for (client, promised) in crash.promised.enumerated() {
      #expect(
        values["client \(client)"] ?? 0 >= promised, "seed \(seed), client \(client): \(values)")
    }
    try await store.close()
  }
}
