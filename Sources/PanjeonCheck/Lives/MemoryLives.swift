// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonStorage
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// Lives on the engine with a file system in memory, while regions are split and merged; with crashes its power is cut, and the store is opened again on what is left.
///
/// Whatever is left after each cut is audited before the next clients begin.
struct MemoryLives: Sendable {
  let request: LivesRequest

  private static let path = "/lives"

  func run() async -> LivesOutcome {
    let setting = LivesSetting(request)
    var outcome = LivesOutcome(request)
    do throws(RunFailure) {
      try await run(setting, &outcome)
    } catch {
      outcome.failure = error
    }
    outcome.counts = setting.ledger.counts
    return outcome
  }

  private func run(
    _ setting: LivesSetting, _ outcome: inout LivesOutcome
  ) async throws(RunFailure) {
    var disk = InMemoryFileSystem()
    try await begin(setting, on: disk)
    var random = SplitMix64(seed: request.seed ^ 0x11FE_4000)
    var lives = 0
    while !setting.ledger.isAtEnd, outcome.violations.isEmpty, lives < RunProgress.livesMax {
      let power = power(of: disk, isEarly: lives > 0 && random.below(4) == 0, &random)
      lives += 1
      var failure: RunFailure?
      do throws(RunFailure) {
        try await live(setting, on: power, life: UInt64(lives))
      } catch {
        failure = error
      }
      let left = power.cut()
      outcome.faults.add(left.faults)
      if let failure { throw failure }
      if request.faults.contains(.crash) { outcome.faults[.crash] += 1 }
      disk = left.disk
      outcome.violations += try await look(setting, at: disk)
    }
  }

  /// Creates the store and the couples, without faults.
  private func begin(
    _ setting: LivesSetting, on disk: InMemoryFileSystem
  ) async throws(RunFailure) {
    let setup = try await RunFailure.naming(.opening) { try await open(disk, faults: []) }
    try await RunFailure.naming(.running) {
      for schema in BetweenSchema.datastore.tables { try await setup.store.createTable(schema) }
      try await setting.createCouples(in: try await service(setting, setup.plainManager))
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
  }

  /// Opens the store again on what is left, and tells what does not hold.
  private func look(
    _ setting: LivesSetting, at disk: InMemoryFileSystem
  ) async throws(RunFailure) -> [String] {
    let setup = try await RunFailure.naming(.reopening) { try await open(disk, faults: []) }
    let violations = try await RunFailure.naming(.readingLast) {
      try await setting.violations(through: setup.plainManager, clock: SystemTimeSource())
    }
    try await RunFailure.naming(.closing) { try await setup.close() }
    return violations
  }

  /// About five cuts a run, one in four while the store is being opened; none without crashes.
  private func power(
    of disk: InMemoryFileSystem, isEarly: Bool, _ random: inout SplitMix64
  ) -> PowerCut {
    guard request.faults.contains(.crash) else {
      return PowerCut(of: disk, seed: random.next(), endedBefore: .max, callsBefore: 1)
    }
    let most = max(1, request.operations / 3)
    return PowerCut(
      of: disk, seed: random.next(), endedBefore: isEarly ? 0 : 1 + random.below(most),
      callsBefore: 1 + random.below(isEarly ? 40 : 16))
  }

  /// Has clients live until the power is cut or all operations have been begun.
  private func live(
    _ setting: LivesSetting, on power: PowerCut, life: UInt64
  ) async throws(RunFailure) {
    let seed = request.seed &+ life << 32
    let setup = try await RunFailure.naming(.reopening) {
      try await open(power.makeFileSystem { _ in nil }, faults: request.faults, seed: seed) {
        power.note($0)
      }
    }
    do {
      try await live(setting, setup, power, seed: seed)
    } catch {
      // Without power nobody can go on.
      if !power.isCut { throw RunFailure(error, .running) }
    }
    if request.faults.contains(.crash) { power.cut() }
    // The store whose power was cut is of no more interest; it still has threads, and a disk that nobody reads.
    try await RunFailure.naming(.closing) { try await setup.close() }
  }

  private func live(
    _ setting: LivesSetting, _ setup: FaultySetup, _ power: PowerCut, seed: UInt64
  ) async throws {
    var services: [BetweenService<FaultInjectingStore<EmbeddedStore>>] = []
    for manager in setup.managers {
      // Before the clients come, and so without faults that they would account for.
      services.append(try await opening(manager, setting, power))
    }
    try await withThrowingTaskGroup { [services] group in
      group.addTask { try await regionChanges(setup, setting, seed).run() }
      let clients = (0..<request.clients).map { client in
        (services[client % services.count], seed &+ UInt64(client) << 16)
      }
      do {
        try await withThrowingTaskGroup { group in
          for (service, seed) in clients {
            group.addTask {
              try await setting.live(
                in: service, seed: seed, isAlive: { !power.isCut }, onEnd: { power.noteEnd() })
            }
          }
          try await group.waitForAll()
        }
      } catch {
        group.cancelAll()
        throw error
      }
      setup.injector.stop()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  /// Opens the service, and tries again as long as faults are in its way.
  private func opening<Store: AtomicBatchStore>(
    _ manager: TransactionManager<Store>, _ setting: LivesSetting, _ power: PowerCut
  ) async throws -> BetweenService<Store> {
    for _ in 0..<20 {
      do {
        return try await service(setting, manager)
      } catch {
        if power.isCut || LivesLedger.expectedName(of: error) == nil { throw error }
      }
    }
    return try await service(setting, manager)
  }

  private func service<Store: AtomicBatchStore>(
    _ setting: LivesSetting, _ manager: TransactionManager<Store>
  ) async throws -> BetweenService<Store> {
    try await setting.open(
      manager, clock: manager.timeSource, seed: Platform.randomSeed())
  }

  /// Regions of the users and of the couples are changed, at rows that are there.
  private func regionChanges(
    _ setup: FaultySetup, _ setting: LivesSetting, _ seed: UInt64
  ) -> RegionChanges {
    RegionChanges(
      setup.store, tables: [BetweenSchema.userTable, BetweenSchema.relationshipTable], seed: seed
    ) { random in
      Key(.user, RandomID(using: &random)).any.row
    }
  }

  private func open(
    _ files: any FileSystem, faults: Set<WorkloadFault>, seed: UInt64 = 0,
    onFault: (@Sendable (ChildMessage) -> Void)? = nil
  ) async throws(StoreError) -> FaultySetup {
    var configuration = FaultySetup.configuration
    configuration.fileSystem = files
    return try await FaultySetup(
      at: Self.path, configuration, faults: faults, clients: request.clients, seed: seed,
      onFault: onFault)
  }
}
