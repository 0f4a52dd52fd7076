// SPDX-License-Identifier: Apache-2.0

internal import Between
internal import Panjeon
internal import PanjeonTesting
internal import PanjeonTransactions
internal import WideColumn

/// What all who take part in a run of lives share: bytes, and what they were told.
struct LivesSetting: Sendable {
  let request: LivesRequest
  let ledger: LivesLedger
  let blobs = InMemoryBlobStore()

  init(_ request: LivesRequest) {
    self.request = request
    ledger = LivesLedger(operations: request.operations)
  }

  /// The service over a manager of transactions, whose tables are there.
  ///
  /// Throws errors of the store.
  func open<Store: AtomicBatchStore>(
    _ manager: TransactionManager<Store>, clock: any TimeSource, seed: UInt64
  ) async throws -> BetweenService<Store> {
    try BetweenService(
      datastore: try await Datastore.open(BetweenSchema.datastore, on: manager), clock: clock,
      random: SharedGenerator(seed: seed), passwords: NoPasswords(), blobs: blobs,
      options: request.service)
  }

  /// Registers all couples.
  func createCouples<Store: AtomicBatchStore>(
    in service: BetweenService<Store>
  ) async throws {
    let runner = LifeRunner(service, seed: request.seed)
    for couple in 0..<request.couples { try await runner.create(couple) }
  }

  /// Does operations one after another, until all have been begun.
  ///
  /// - Parameters:
  ///   - service: Where.
  ///   - seed: Decides what is done; another one for each client, and for each of its lives.
  ///   - isAlive: Whether the client is to go on; what it was told when it is not counts for nothing.
  ///   - onEnd: Is called whenever an operation has ended.
  /// - Throws: An error that the faults of a run do not account for.
  func live<Store: AtomicBatchStore>(
    in service: BetweenService<Store>, seed: UInt64,
    isAlive: @Sendable () -> Bool, onEnd: @Sendable () -> Void = {}
  ) async throws {
    let runner = LifeRunner(service, seed: request.seed)
    var lives = LifeGenerator(seed: seed, request.lives)
    while isAlive(), ledger.begin(), let operation = lives.next() {
      do {
        let outcome = try await runner.run(operation)
        guard isAlive() else { return }
        ledger.note(outcome, of: operation.action)
      } catch {
        guard isAlive() else { return }
        try ledger.note(error)
      }
      onEnd()
      // A store in memory may never wait: others of these threads have their turn.
      await Task.yield()
    }
  }

  /// Audits what is there, and looks for what was acknowledged.
  ///
  /// - Parameters:
  ///   - manager: What it is read through.
  ///   - clock: The true time.
  /// - Returns: A sentence for each violation, the first ones only.
  /// - Throws: Errors of the store.
  func violations<Store: AtomicBatchStore>(
    through manager: TransactionManager<Store>, clock: any TimeSource
  ) async throws -> [String] {
    let service = try await open(manager, clock: clock, seed: 1)
    // What a crash has left of uploads goes, and nothing that is named.
    try await service.collectBlobs(olderThan: .zero)
    let report = try await BetweenAudit(service).run()
    return report.violations.map(\.description) + (try await ledger.lost(in: service))
  }
}

/// Nobody logs in.
private struct NoPasswords: PasswordHasher {
  func hash(_ password: String) async throws -> String { "!" }
  func verify(_ password: String, against hash: String) async throws -> Bool { false }
  func isOutdated(_ hash: String) -> Bool { false }
}
