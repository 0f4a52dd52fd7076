// SPDX-License-Identifier: Apache-2.0

import PanjeonStorage
import PanjeonTesting
import WideColumn

/// Writes, flushes, compacts, splits, merges, makes a checkpoint, closes and reopens; bears it when any of it fails, and
/// holds the store against what it has been told.
struct FaultScript {
  /// What one run of the script does; in this order.
  enum Step: Equatable {
    case create, write(Durability), flush, split, merge, alter, remove(RowRemoval), checkpoint,
      reopen
  }

  static let steps: [Step] =
    [.create, .write(.disk), .write(.operatingSystem), .write(.memory), .write(.disk), .flush]
    + [.write(.operatingSystem), .split, .write(.disk), .flush, .write(.memory), .merge]
    + [.alter, .write(.memory), .remove(.truncate("u", keepsRegions: true))]
    + [.write(.operatingSystem), .remove(.range(KeyRange(from: "row 1", to: "row 4"), of: "t"))]
    + [.write(.memory), .remove(.drop("u")), .create, .write(.operatingSystem)]
    + [.write(.disk), .flush, .write(.operatingSystem), .flush, .write(.disk), .flush]
    + [.checkpoint, .write(.disk), .reopen, .write(.operatingSystem), .flush, .write(.disk)]

  /// What the store must hold: after each commit that has happened, in order.
  private var oracle = PrefixOracle<Contents>(initial: [:])
  private var onDisk = 0
  private var inSystem = 0
  /// A commit of which the script was told that it may have happened.
  private var unknown: AtomicBatch?
  /// A removal that has failed: it then comes to have happened if the store crashes before it is resumed.
  private var failedRemoval: RowRemoval?
  private var batches: CrashWorkload
  /// What the script did not expect.
  private(set) var complaints: [String] = []
  private(set) var stepsFailed = 0
  private(set) var resumptions = 0
  private var checkpoints = 0

  private let disk: InMemoryFileSystem
  private let failing: FailingFileSystem
  private var random: SplitMix64

  init(_ disk: InMemoryFileSystem, _ failing: FailingFileSystem, seed: UInt64) {
    self.disk = disk
    self.failing = failing
    batches = CrashWorkload(random: SplitMix64(seed: seed))
    random = SplitMix64(seed: seed &+ 1)
  }

  private mutating func complain(_ text: String) {
    complaints.append(text)
  }

  /// Runs the script from an empty disk to a closed store.
  mutating func run() async {
    guard var store = await open() else { return }
    for step in Self.steps {
      if step == .reopen {
        await close(store)
        guard let next = await open() else { return }
        store = next
        continue
      }
      if let error = await Self.failure({ try await perform(step, store) }) {
        judge(error, at: step)
        await recover(store, step)
        if let error = await Self.failure({ try await perform(step, store) }) {
          complain("\(step): not after the fault either: \(error)")
        }
      }
      if let error = await Self.failure({ try await settle(store) }) {
        judge(error, at: step)
        await recover(store, step)
      }
    }
    await close(store)
    await check(disk.killProcess(), "at the end", holding: oracle.count)
  }

  private static func failure(
    _ body: () async throws -> Void
  ) async -> StoreError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? StoreError ?? StoreError(.invalidArgument, "\(error)")
    }
  }

  /// Opens the store; a fault may keep it from opening once, but not when it is over.
  private mutating func open() async -> EmbeddedStore? {
    for isHealed in [false, true] {
      if isHealed { failing.heal() }
      do {
        return try await TestStore.open(failing)
      } catch {
        stepsFailed += 1
        if isHealed { complain("does not open after the fault: \(error)") }
      }
    }
    return nil
  }

  private mutating func close(_ store: EmbeddedStore) async {
    do {
      try await store.close()
      onDisk = oracle.count
      inSystem = oracle.count
    } catch {
      stepsFailed += 1
      failing.heal()
      // What was in memory alone may be lost; the rest is as it was promised.
      oracle = PrefixOracle(initial: await survivors(disk.killProcess(), "after a failed close"))
      (onDisk, inSystem, unknown) = (0, 0, nil)
    }
  }

  private mutating func perform(_ step: Step, _ store: EmbeddedStore) async throws {
    switch step {
    case .create:
      for (table, points) in zip(CrashWorkload.tables, [[TestStore.row(4)], []]) {
        if try await store.tables().contains(where: { $0.name == table }) { continue }
        var schema = TestStore.schema
        schema.name = table
        try await store.createTable(schema, splitAt: points)
      }
    case .write(let durability): try await write(store, durability)
    case .flush: try await store.flush()
    case .split: try await store.split(table: "u", at: TestStore.row(5))
    case .merge:
      let regions = try store.catalog.table("t").regions
      _ = try await store.mergeRegions(regions[0].id, regions[1].id)
    case .alter:
      if try await store.schema(of: "t").family(named: "extra") != nil { return }
      try await store.addFamily(ColumnFamily("extra", localityGroup: "second"), to: "t")
    case .remove(let removal):
      failedRemoval = removal
      try await removal.perform(on: store)
      failedRemoval = nil
      oracle.record(removal.apply)
      (onDisk, inSystem) = (oracle.count, oracle.count)
    case .checkpoint:
      let moment = oracle.count
      checkpoints += 1
      let path = "/checkpoint \(checkpoints)"
      try await store.checkpoint(at: path)
      await check(disk.crash(keepingUnsynced: 0, using: &random), path, holding: moment, at: path)
    case .reopen: break
    }
  }

  private mutating func write(_ store: EmbeddedStore, _ durability: Durability) async throws {
    let batch = batches.nextBatch()
    do {
      _ = try await store.commit(batch, since: nil, durability: durability)
    } catch {
      if error.code == .unknownOutcome { unknown = batch }
      throw error
    }
    oracle.record { CrashWorkload.apply(batch, to: &$0) }
    if durability == .disk { onDisk = oracle.count }
    if durability >= .operatingSystem { inSystem = oracle.count }
  }

  /// Waits until the background rests, or has failed.
  private func settle(_ store: EmbeddedStore) async throws {
    while !store.isIdle {
      if let cause = store.readOnlyCause { throw cause }
      try await Task.sleep(for: .milliseconds(1))
    }
    if let cause = store.readOnlyCause { throw cause }
  }

  private mutating func judge(_ error: StoreError, at step: Step) {
    stepsFailed += 1
    let allowed: Set<StoreError.Code> = [.io, .noSpace, .readOnly, .unknownOutcome, .corruption]
    if !allowed.contains(error.code) { complain("\(step): \(error)") }
  }

  /// Whether the system itself has lost what it had been handed: then the death of the process shows it.
  private var systemForgot: Bool {
    failing.injected.contains { $0.fault == .syncDroppingPages(alsoFromMemory: true) }
  }

  /// After a step has failed: what is there can be read, would survive, and the store goes on once the fault is over.
  private mutating func recover(_ store: EmbeddedStore, _ step: Step) async {
    failing.heal()
    do {
      let seen = try await CrashWorkload.contents(of: store)
      if seen != oracle.last { complain("\(step): a failed store shows other data") }
    } catch {
      complain("\(step): a failed store cannot be read: \(error)")
    }
    await checkPrefix(
      disk.crash(
        keepingUnsynced: [0, 0.5, 1][random.below(3)], sectorBytes: random.chance(0.5) ? 512 : 4096,
        using: &random), "\(step): power cut", promised: onDisk)
    await checkPrefix(
      disk.killProcess(), "\(step): killed", promised: systemForgot ? onDisk : inSystem)
    do {
      if store.readOnlyCause != nil {
        try await store.resume()
        resumptions += 1
        if let batch = unknown {
          // It has happened: resuming has seen to that.
          oracle.record { CrashWorkload.apply(batch, to: &$0) }
          unknown = nil
        }
        failedRemoval = nil
        (onDisk, inSystem) = (oracle.count, oracle.count)
      }
      let seen = try await CrashWorkload.contents(of: store)
      if seen != oracle.last { complain("\(step): a resumed store shows other data") }
      await check(
        disk.crash(keepingUnsynced: 0, using: &random), "\(step): power cut after resuming",
        holding: onDisk)
    } catch {
      complain("\(step): cannot be resumed after the fault: \(error)")
    }
  }

  // MARK: What a disk holds

  private mutating func survivors(_ left: InMemoryFileSystem, _ what: String) async -> Contents {
    await checkPrefix(left, what, promised: systemForgot ? onDisk : inSystem)
    return (try? await Self.contents(left, at: "/store")) ?? [:]
  }

  private static func contents(
    _ disk: InMemoryFileSystem, at path: String
  ) async throws -> Contents {
    let store = try await EmbeddedStore.open(
      at: path, configuration: TestStore.configuration(disk))
    let contents = try await CrashWorkload.contents(of: store)
    try await store.close()
    return contents
  }

  /// A disk must hold a prefix of the commits with all that was promised, the unknown one counted or not.
  private mutating func checkPrefix(
    _ left: InMemoryFileSystem, _ what: String, promised: Int
  ) async {
    do {
      let contents = try await Self.contents(left, at: "/store")
      var withUnknown = oracle
      if let unknown { withUnknown.record { CrashWorkload.apply(unknown, to: &$0) } }
      if let failedRemoval { withUnknown.record(failedRemoval.apply) }
      let verdict = withUnknown.judge(
        recovered: contents, acknowledged: promised, begun: withUnknown.count)
      guard case .prefix = verdict else { return complain("\(what): \(verdict)") }
    } catch {
      complain("\(what): does not open: \(error)")
    }
  }

  private mutating func check(
    _ left: InMemoryFileSystem, _ what: String, holding count: Int, at path: String = "/store"
  ) async {
    do {
      let contents = try await Self.contents(left, at: path)
      let verdict = oracle.judge(recovered: contents, acknowledged: count, begun: oracle.count)
      guard case .prefix = verdict else { return complain("\(what): \(verdict)") }
    } catch {
      complain("\(what): does not open: \(error)")
    }
  }
}
